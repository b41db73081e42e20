/** Verification of Stripe webhooks, held against Stripe's official library. */
import { createHmac } from "node:crypto";
import fc from "fast-check";
import Stripe from "stripe";
import { describe, expect, it } from "vitest";
import type { CallbackContext } from "../../../../shared/channels/channel.ts";
import { stripeCallbacks } from "../../../../shared/channels/stripe/callback.ts";
import { anEvent, anIntent } from "./stripe-builders.ts";

const { callbackAnswer, verifyCallback } = stripeCallbacks;
const SECRET = "whsec_test";
const NOW_S = 1_768_478_600;
const NOW_MS = NOW_S * 1000 + 450;

const context = (overrides: Partial<CallbackContext> = {}): CallbackContext => ({
  nowMs: NOW_MS,
  secrets: [SECRET],
  expectedLivemode: false,
  ...overrides,
});
const payloadOf = (event: unknown) => JSON.stringify(event, null, 2);
const sign = (payload: string, timestamp = NOW_S, secret = SECRET) =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });
const request = (payload: string, header: string | undefined, name = "stripe-signature") => ({
  headers: { "content-type": "application/json", [name]: header },
  rawBody: Buffer.from(payload),
});
const libraryAccepts = (rawBody: Uint8Array, header: string, secret = SECRET, receivedAtMs = NOW_MS) => {
  try {
    Stripe.webhooks.constructEvent(Buffer.from(rawBody), header, secret, 300, undefined, receivedAtMs);
    return true;
  } catch {
    return false;
  }
};

const PAYLOAD = payloadOf(anEvent());

describe("a valid callback", () => {
  it("is accepted by us and by the library, and becomes a fact", () => {
    const header = sign(PAYLOAD);
    expect(libraryAccepts(Buffer.from(PAYLOAD), header)).toBe(true);
    expect(verifyCallback(request(PAYLOAD, header), context())).toEqual({
      ok: true,
      event: {
        eventId: "evt_3abc",
        type: "payment_intent.succeeded",
        occurredAtMs: 1_768_478_500_000,
        kind: "payment",
        ref: { paymentId: "pay_1", channelPaymentId: "pi_3abc" },
        fact: {
          channel: "stripe",
          kind: "payment",
          channelPaymentId: "pi_3abc",
          paymentId: "pay_1",
          status: "succeeded",
          amount: { value: 1230, currency: "USD" },
          livemode: false,
          occurredAtMs: 1_768_478_500_000,
          rawStatus: "succeeded",
        },
      },
    });
  });

  it.each(["stripe-signature", "Stripe-Signature", "STRIPE-SIGNATURE", "sTrIpE-sIgNaTuRe"])(
    "is found under %s",
    (name) => {
      expect(verifyCallback(request(PAYLOAD, sign(PAYLOAD), name), context()).ok).toBe(true);
    },
  );

  it("may be any bytes: text beyond ASCII, odd spacing, numbers that do not survive parsing", () => {
    const payload = `{"amount":1.10, "text":"€ 支付 \\u00e9" ,${PAYLOAD.slice(1)}`;
    expect(verifyCallback(request(payload, sign(payload)), context()).ok).toBe(true);
    const reformatted = JSON.stringify(JSON.parse(payload));
    expect(verifyCallback(request(reformatted, sign(payload)), context())).toEqual({
      ok: false,
      reason: "bad-signature",
    });
  });

  it("may carry several v1, of which one matches, and a v0 to ignore", () => {
    const old = sign(PAYLOAD, NOW_S, "whsec_old").split("v1=")[1];
    const ours = sign(PAYLOAD).split("v1=")[1];
    const header = `t=${NOW_S},v1=${old},v1=${ours},v0=${"0".repeat(64)}`;
    expect(libraryAccepts(Buffer.from(PAYLOAD), header)).toBe(true);
    expect(verifyCallback(request(PAYLOAD, header), context()).ok).toBe(true);
    const onlyOther = `t=${NOW_S},v1=${old},v0=${ours}`;
    expect(libraryAccepts(Buffer.from(PAYLOAD), onlyOther)).toBe(false);
    expect(verifyCallback(request(PAYLOAD, onlyOther), context())).toEqual({
      ok: false,
      reason: "bad-signature",
    });
  });

  it("is accepted under any of several secrets while one is being rolled", () => {
    const secrets = ["whsec_new", SECRET];
    expect(verifyCallback(request(PAYLOAD, sign(PAYLOAD)), context({ secrets })).ok).toBe(true);
    expect(verifyCallback(request(PAYLOAD, sign(PAYLOAD, NOW_S, "whsec_new")), context({ secrets })).ok).toBe(
      true,
    );
  });
});

describe("a callback that is not to be trusted", () => {
  it("has no signature", () => {
    expect(verifyCallback({ headers: {}, rawBody: Buffer.from(PAYLOAD) }, context())).toEqual({
      ok: false,
      reason: "missing-signature",
    });
    expect(verifyCallback(request(PAYLOAD, undefined), context())).toEqual({
      ok: false,
      reason: "missing-signature",
    });
    expect(verifyCallback(request(PAYLOAD, ""), context())).toEqual({
      ok: false,
      reason: "missing-signature",
    });
  });

  it("has one byte changed, wherever it is", () => {
    const header = sign(PAYLOAD);
    const bytes = Buffer.from(PAYLOAD);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (position, flip) => {
        const changed = Buffer.from(bytes);
        changed[position] = (changed[position] ?? 0) ^ flip;
        const verdict = verifyCallback(
          { headers: { "stripe-signature": header }, rawBody: changed },
          context(),
        );
        expect(verdict).toEqual({ ok: false, reason: "bad-signature" });
      }),
    );
  });

  it("has one byte more or less", () => {
    for (const payload of [PAYLOAD.slice(0, -1), `${PAYLOAD}\n`, ""])
      expect(verifyCallback(request(payload, sign(PAYLOAD)), context())).toEqual({
        ok: false,
        reason: "bad-signature",
      });
  });

  it("has one character of its signature changed", () => {
    const header = sign(PAYLOAD);
    const last = header.endsWith("0") ? "1" : "0";
    const verdict = verifyCallback(request(PAYLOAD, header.slice(0, -1) + last), context());
    expect(verdict).toEqual({ ok: false, reason: "bad-signature" });
  });

  it("has its time changed", () => {
    const header = sign(PAYLOAD).replace(`t=${NOW_S}`, `t=${NOW_S + 1}`);
    expect(verifyCallback(request(PAYLOAD, header), context())).toEqual({
      ok: false,
      reason: "bad-signature",
    });
  });

  it("is signed with another key", () => {
    const verdict = verifyCallback(request(PAYLOAD, sign(PAYLOAD, NOW_S, "whsec_other")), context());
    expect(verdict).toEqual({ ok: false, reason: "bad-signature" });
  });

  it.each([
    "nonsense",
    `t=${NOW_S}`,
    `t=${NOW_S},v1`,
    `t,v1=${"0".repeat(64)}`,
    `v1=${"0".repeat(64)}`,
    `t=,v1=${"0".repeat(64)}`,
    `t=-5,v1=${"0".repeat(64)}`,
    `t=1e9,v1=${"0".repeat(64)}`,
    `t=${NOW_S},t=${NOW_S},v1=${"0".repeat(64)}`,
    `t=${NOW_S},v2=${"0".repeat(64)}`,
  ])("has the malformed header %s", (header) => {
    expect(verifyCallback(request(PAYLOAD, header), context())).toEqual({ ok: false, reason: "malformed" });
  });

  it.each(["", "v", "é".repeat(32), "0".repeat(63), "0".repeat(66), `${"0".repeat(64)} `])(
    "has the signature value '%s' without breaking the comparison",
    (value) => {
      const verdict = verifyCallback(request(PAYLOAD, `t=${NOW_S},v1=${value}`), context());
      expect(verdict).toEqual({ ok: false, reason: "bad-signature" });
    },
  );

  it.each([
    [299, true, true],
    [300, true, true],
    [301, false, false],
    [-299, true, true],
    [-300, true, true],
    // The library lets the future pass; we do not.
    [-301, false, true],
    [-86_400, false, true],
  ])("was signed %i s ago: fresh for us %s, for the library %s", (ageSeconds, fresh, freshForLibrary) => {
    const header = sign(PAYLOAD, NOW_S - ageSeconds);
    const verdict = verifyCallback(request(PAYLOAD, header), context());
    expect(verdict.ok ? "fresh" : verdict.reason).toBe(fresh ? "fresh" : "stale");
    expect(libraryAccepts(Buffer.from(PAYLOAD), header)).toBe(freshForLibrary);
  });

  it("is of the other mode, either way", () => {
    const live = payloadOf(anEvent({ livemode: true }));
    expect(verifyCallback(request(live, sign(live)), context())).toEqual({ ok: false, reason: "wrong-mode" });
    const verdict = verifyCallback(request(PAYLOAD, sign(PAYLOAD)), context({ expectedLivemode: true }));
    expect(verdict).toEqual({ ok: false, reason: "wrong-mode" });
    expect(verifyCallback(request(live, sign(live)), context({ expectedLivemode: true })).ok).toBe(true);
  });

  it.each([
    ["not JSON", "{"],
    ["not an object", "[]"],
    ["a thin event", payloadOf({ id: "evt_1", object: "v2.core.event", type: "x", created: "2026-01-01" })],
    ["without an id", payloadOf(anEvent({ id: undefined }))],
    ["with an id of something else", payloadOf(anEvent({ id: "pi_1" }))],
    ["with an id that no key could hold", payloadOf(anEvent({ id: `evt_${"x".repeat(255)}` }))],
    [
      "of a time that no number could hold in milliseconds",
      payloadOf(anEvent({ created: 3_895_215_318_000_729 })),
    ],
    ["without a mode", payloadOf(anEvent({ livemode: "false" }))],
  ])("is signed but %s", (_what, payload) => {
    expect(verifyCallback(request(payload, sign(payload)), context())).toEqual({
      ok: false,
      reason: "malformed",
    });
  });

  it("is signed but not UTF-8", () => {
    const [before, after] = payloadOf(anEvent({ note: "#" })).split("#");
    const rawBody = Buffer.concat([Buffer.from(`${before}`), Buffer.of(0xff), Buffer.from(`${after}`)]);
    const v1 = createHmac("sha256", SECRET).update(`${NOW_S}.`).update(rawBody).digest("hex");
    const verdict = verifyCallback(
      { headers: { "stripe-signature": `t=${NOW_S},v1=${v1}` }, rawBody },
      context(),
    );
    expect(verdict).toEqual({ ok: false, reason: "malformed" });
  });

  it("cannot be let in by a blank secret", () => {
    const forged = sign(PAYLOAD, NOW_S, " ");
    expect(() => verifyCallback(request(PAYLOAD, forged), context({ secrets: ["", " "] }))).toThrow(/secret/);
    const verdict = verifyCallback(request(PAYLOAD, forged), context({ secrets: [" ", SECRET] }));
    expect(verdict).toEqual({ ok: false, reason: "bad-signature" });
  });
});

describe("against the official library", () => {
  it("agrees on any text, secret and age up to now", () => {
    const word = fc.stringMatching(/^[!-~]{1,40}$/);
    const anyEvent = fc
      .record({ id: word, description: fc.string({ unit: "grapheme" }), amount: fc.nat() })
      .map(({ id, description, amount }) => payloadOf(anEvent({ id: `evt_${id}`, description, amount })));
    fc.assert(
      fc.property(
        anyEvent,
        word,
        word,
        fc.integer({ min: 0, max: 600 }),
        fc.boolean(),
        (payload, ours, other, age, right) => {
          const header = sign(payload, NOW_S - age, right ? ours : other);
          const verdict = verifyCallback(request(payload, header), context({ secrets: [ours] }));
          expect(verdict.ok).toBe(libraryAccepts(Buffer.from(payload), header, ours));
        },
      ),
    );
  });
});

describe("what an event means", () => {
  const read = (overrides: Record<string, unknown>) => {
    const payload = payloadOf(anEvent(overrides));
    const verdict = verifyCallback(request(payload, sign(payload)), context());
    if (!verdict.ok) throw new Error(verdict.reason);
    return verdict.event;
  };

  it("is a failed attempt, and the payment stays payable", () => {
    const object = anIntent({
      status: "requires_payment_method",
      amount_received: 0,
      last_payment_error: { code: "card_declined", decline_code: "insufficient_funds", message: "No funds." },
    });
    expect(read({ type: "payment_intent.payment_failed", data: { object } }).fact).toMatchObject({
      status: "requires_action",
      attemptFailed: { code: "insufficient_funds", message: "No funds." },
    });
  });

  it("is a payment to query when the object has a shape we do not know", () => {
    const event = read({ data: { object: anIntent({ status: "status_of_tomorrow" }) } });
    expect(event).toMatchObject({
      kind: "payment",
      ref: { paymentId: "pay_1", channelPaymentId: "pi_3abc" },
    });
    expect(event).not.toHaveProperty("fact");
  });

  it.each(["text", 7, null, { id: 7, metadata: null }, { metadata: { payment_id: 7 } }])(
    "is a payment without a name when the object is %j",
    (object) => {
      const event = read({ data: { object } });
      expect(event).toMatchObject({ eventId: "evt_3abc", kind: "payment" });
      expect(event.ref).toStrictEqual({});
    },
  );

  it("is a dispute without a name when its object has none", () => {
    expect(read({ type: "charge.dispute.created", data: { object: null } }).ref).toStrictEqual({});
  });

  it("is a refund or a dispute of a payment", () => {
    const object = {
      id: "re_1",
      object: "refund",
      payment_intent: "pi_9",
      metadata: { payment_id: "pay_9" },
    };
    expect(read({ type: "refund.updated", data: { object: anIntent() } })).not.toHaveProperty("fact");
    expect(read({ type: "refund.updated", data: { object } })).toMatchObject({
      kind: "refund",
      ref: { paymentId: "pay_9", channelPaymentId: "pi_9" },
    });
    const dispute = { id: "dp_1", object: "dispute", payment_intent: "pi_9", metadata: {} };
    expect(read({ type: "charge.dispute.created", data: { object: dispute } })).toMatchObject({
      kind: "dispute",
      ref: { channelPaymentId: "pi_9" },
    });
  });

  it.each([
    "charge.succeeded",
    "charge.refunded",
    "charge.refund.updated",
    "customer.created",
    "payout.paid",
  ])("is nothing for %s", (type) => {
    expect(read({ type })).toStrictEqual({
      eventId: "evt_3abc",
      type,
      occurredAtMs: 1_768_478_500_000,
      kind: "ignored",
      ref: {},
    });
  });

  it("is nothing when it belongs to a connected account", () => {
    expect(read({ account: "acct_other" })).toMatchObject({ kind: "ignored", ref: {} });
  });
});

describe("the answer", () => {
  it("is a success for what is safe with us, and a failure for what is not", () => {
    expect(callbackAnswer("stored").status).toBe(200);
    expect(callbackAnswer("duplicate").status).toBe(200);
    expect(callbackAnswer("retry-later").status).toBe(503);
    expect(callbackAnswer("rejected").status).toBe(400);
    expect(callbackAnswer("stored").headers).toEqual({ "content-type": "application/json" });
    const results = ["stored", "duplicate", "retry-later", "rejected"] as const;
    expect(results.map((result) => callbackAnswer(result).body)).toEqual([
      '{"received":true}',
      '{"received":true}',
      '{"received":false}',
      '{"received":false}',
    ]);
  });
});
