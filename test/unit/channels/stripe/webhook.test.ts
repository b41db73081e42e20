/** Verification of Stripe webhooks, held against Stripe's official library. */
import { createHmac } from "node:crypto";
import fc from "fast-check";
import Stripe from "stripe";
import { describe, expect, it } from "vitest";
import {
  verifyWebhook,
  type WebhookContext,
  webhookAnswer,
} from "../../../../shared/channels/stripe/webhook.ts";
import {
  aDispute,
  aRefund,
  aTransfer,
  NOW_MS,
  openStripe,
  PAYMENT_ID,
  PAYOUT_ID,
  REFUND_ID,
  runPlan,
} from "./run-plan.ts";
import { anEvent, anIntent } from "./stripe-builders.ts";

const SECRET = "whsec_test";
const NOW_S = Math.floor(NOW_MS / 1000);

const payloadOf = (event: unknown) => JSON.stringify(event, null, 2);
const sign = (payload: string, timestamp = NOW_S, secret = SECRET) =>
  Stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });

/** The verdict on a payload under a header. */
function judge(
  payload: string | Buffer,
  header: string | undefined,
  overrides: Partial<WebhookContext> = {},
) {
  const headers = { "content-type": "application/json", "stripe-signature": header };
  const context = { nowMs: NOW_MS, secrets: [SECRET], livemode: false, ...overrides };
  const verdict = verifyWebhook({ headers, rawBody: Buffer.from(payload) }, context);
  return verdict.ok ? "accepted" : verdict.reason;
}

function libraryAccepts(payload: string, header: string, secret = SECRET): boolean {
  try {
    Stripe.webhooks.constructEvent(payload, header, secret, 300, undefined, NOW_MS);
    return true;
  } catch {
    return false;
  }
}

const ours = anIntent({ metadata: { payment_id: PAYMENT_ID } });
const PAYLOAD = payloadOf(anEvent({ data: { object: ours } }));

describe("a valid webhook", () => {
  it("is accepted by us and by the library, and is only a pointer", () => {
    const header = sign(PAYLOAD);
    expect(libraryAccepts(PAYLOAD, header)).toBe(true);
    const rawBody = Buffer.from(PAYLOAD);
    const context = { nowMs: NOW_MS, secrets: [SECRET], livemode: false };
    expect(verifyWebhook({ headers: { "stripe-signature": header }, rawBody }, context)).toStrictEqual({
      ok: true,
      event: {
        eventId: "evt_3abc",
        type: "payment_intent.succeeded",
        occurredAtMs: 1_768_478_500_000,
        kind: "payment",
        ref: { paymentId: PAYMENT_ID, channelPaymentId: "pi_3abc", transactionId: "ch_3abc" },
      },
    });
  });

  it.each(["stripe-signature", "Stripe-Signature", "STRIPE-SIGNATURE", "sTrIpE-sIgNaTuRe"])(
    "is found under %s",
    (name) => {
      const request = { headers: { [name]: sign(PAYLOAD) }, rawBody: Buffer.from(PAYLOAD) };
      expect(verifyWebhook(request, { nowMs: NOW_MS, secrets: [SECRET], livemode: false }).ok).toBe(true);
    },
  );

  it("is taken by the opened channel with its own secrets and clock", () => {
    const verify = (secret: string, timestamp = NOW_S) => {
      const headers = { "stripe-signature": sign(PAYLOAD, timestamp, secret) };
      return runPlan(openStripe().verifyCallback({ headers, rawBody: Buffer.from(PAYLOAD) })).value.ok;
    };
    expect([verify("whsec_unit"), verify("whsec_other"), verify("whsec_unit", NOW_S - 301)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("may be any bytes: text beyond ASCII, odd spacing, numbers that do not survive parsing", () => {
    const payload = `{"amount":1.10, "text":"€ 支付 \\u00e9" ,${PAYLOAD.slice(1)}`;
    expect(judge(payload, sign(payload))).toBe("accepted");
    expect(judge(JSON.stringify(JSON.parse(payload)), sign(payload))).toBe("bad-signature");
  });

  it("may carry several v1, of which one matches, and a v0 to ignore", () => {
    const old = sign(PAYLOAD, NOW_S, "whsec_old").split("v1=")[1];
    const right = sign(PAYLOAD).split("v1=")[1];
    const header = `t=${NOW_S},v1=${old},v1=${right},v0=${"0".repeat(64)}`;
    expect([judge(PAYLOAD, header), libraryAccepts(PAYLOAD, header)]).toEqual(["accepted", true]);
    const onlyOther = `t=${NOW_S},v1=${old},v0=${right}`;
    expect([judge(PAYLOAD, onlyOther), libraryAccepts(PAYLOAD, onlyOther)]).toEqual(["bad-signature", false]);
  });

  it("is accepted under any of several secrets while one is being rolled", () => {
    const secrets = ["whsec_new", SECRET];
    expect(judge(PAYLOAD, sign(PAYLOAD), { secrets })).toBe("accepted");
    expect(judge(PAYLOAD, sign(PAYLOAD, NOW_S, "whsec_new"), { secrets })).toBe("accepted");
  });
});

describe("a webhook that is not to be trusted", () => {
  it("has no signature", () => {
    expect(judge(PAYLOAD, undefined)).toBe("missing-signature");
    expect(judge(PAYLOAD, "")).toBe("missing-signature");
  });

  it("has one byte changed, wherever it is", () => {
    const header = sign(PAYLOAD);
    const bytes = Buffer.from(PAYLOAD);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (position, flip) => {
        const changed = Buffer.from(bytes);
        changed[position] = (changed[position] ?? 0) ^ flip;
        expect(judge(changed, header)).toBe("bad-signature");
      }),
    );
  });

  it("has one byte more or less", () => {
    for (const payload of [PAYLOAD.slice(0, -1), `${PAYLOAD}\n`, ""])
      expect(judge(payload, sign(PAYLOAD))).toBe("bad-signature");
  });

  it("has its signature or its time changed, or was signed with another key", () => {
    const header = sign(PAYLOAD);
    expect(judge(PAYLOAD, header.slice(0, -1) + (header.endsWith("0") ? "1" : "0"))).toBe("bad-signature");
    expect(judge(PAYLOAD, header.replace(`t=${NOW_S}`, `t=${NOW_S + 1}`))).toBe("bad-signature");
    expect(judge(PAYLOAD, sign(PAYLOAD, NOW_S, "whsec_other"))).toBe("bad-signature");
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
    expect(judge(PAYLOAD, header)).toBe("malformed");
  });

  it.each(["", "v", "é".repeat(32), "0".repeat(63), "0".repeat(66), `${"0".repeat(64)} `])(
    "has the signature value '%s' without breaking the comparison",
    (value) => {
      expect(judge(PAYLOAD, `t=${NOW_S},v1=${value}`)).toBe("bad-signature");
    },
  );

  it.each([
    [299, "accepted", true],
    [300, "accepted", true],
    [301, "stale", false],
    [-299, "accepted", true],
    [-300, "accepted", true],
    // The library lets the future pass; we do not.
    [-301, "stale", true],
    [-86_400, "stale", true],
  ])("was signed %i s ago: %s by us, %s for the library", (ageSeconds, verdict, acceptedByLibrary) => {
    const header = sign(PAYLOAD, NOW_S - ageSeconds);
    expect([judge(PAYLOAD, header), libraryAccepts(PAYLOAD, header)]).toEqual([verdict, acceptedByLibrary]);
  });

  it("is of the other mode, either way", () => {
    const live = payloadOf(anEvent({ livemode: true }));
    expect(judge(live, sign(live))).toBe("wrong-mode");
    expect(judge(PAYLOAD, sign(PAYLOAD), { livemode: true })).toBe("wrong-mode");
    expect(judge(live, sign(live), { livemode: true })).toBe("accepted");
  });

  it.each([
    ["not JSON", "{"],
    ["not an object", "[]"],
    ["a thin event", payloadOf({ id: "evt_1", object: "v2.core.event", type: "x", created: "2026-01-01" })],
    ["without an id", payloadOf(anEvent({ id: undefined }))],
    ["with an id of something else", payloadOf(anEvent({ id: "pi_1" }))],
    ["with an id that no key could hold", payloadOf(anEvent({ id: `evt_${"x".repeat(255)}` }))],
    ["of a time that no number could hold", payloadOf(anEvent({ created: 3_895_215_318_000_729 }))],
    ["without a mode", payloadOf(anEvent({ livemode: "false" }))],
  ])("is signed but %s", (_what, payload) => {
    expect(judge(payload, sign(payload))).toBe("malformed");
  });

  it("is signed but not UTF-8", () => {
    const [before, after] = payloadOf(anEvent({ note: "#" })).split("#");
    const rawBody = Buffer.concat([Buffer.from(`${before}`), Buffer.of(0xff), Buffer.from(`${after}`)]);
    const v1 = createHmac("sha256", SECRET).update(`${NOW_S}.`).update(rawBody).digest("hex");
    expect(judge(rawBody, `t=${NOW_S},v1=${v1}`)).toBe("malformed");
  });
});

describe("against the official library", () => {
  it("agrees on any text, secret and age up to now", () => {
    const word = fc.stringMatching(/^[!-~]{1,40}$/);
    const anyEvent = fc
      .record({ id: word, description: fc.string({ unit: "grapheme" }), amount: fc.nat() })
      .map(({ id, description, amount }) => payloadOf(anEvent({ id: `evt_${id}`, description, amount })));
    const age = fc.integer({ min: 0, max: 600 });
    fc.assert(
      fc.property(anyEvent, word, word, age, fc.boolean(), (payload, known, other, seconds, right) => {
        const header = sign(payload, NOW_S - seconds, right ? known : other);
        const accepted = judge(payload, header, { secrets: [known] }) === "accepted";
        expect(accepted).toBe(libraryAccepts(payload, header, known));
      }),
    );
  });
});

describe("what an event points at", () => {
  const read = (overrides: Record<string, unknown>) => {
    const payload = payloadOf(anEvent(overrides));
    const verdict = verifyWebhook(
      { headers: { "stripe-signature": sign(payload) }, rawBody: Buffer.from(payload) },
      { nowMs: NOW_MS, secrets: [SECRET], livemode: false },
    );
    if (!verdict.ok) throw new Error(verdict.reason);
    return verdict.event;
  };
  const about = (type: string, object: unknown) => {
    const { kind, ref } = read({ type, data: { object } });
    return { kind, ref };
  };

  it("is a payment, whatever the shape of its object is", () => {
    const object = { ...ours, status: "status_of_tomorrow", latest_charge: null };
    expect(about("payment_intent.payment_failed", object)).toStrictEqual({
      kind: "payment",
      ref: { paymentId: PAYMENT_ID, channelPaymentId: "pi_3abc" },
    });
  });

  it("is a refund, with its payment", () => {
    expect(about("refund.failed", aRefund({ charge: "ch_3abc" }))).toStrictEqual({
      kind: "refund",
      ref: {
        paymentId: PAYMENT_ID,
        channelPaymentId: "pi_3abc",
        transactionId: "ch_3abc",
        refundId: REFUND_ID,
        channelRefundId: "re_3abc",
      },
    });
  });

  it("is a payout, or a dispute of a payment", () => {
    expect(about("transfer.reversed", aTransfer())).toStrictEqual({
      kind: "payout",
      ref: { payoutId: PAYOUT_ID, channelPayoutId: "tr_3abc" },
    });
    expect(about("charge.dispute.closed", aDispute())).toStrictEqual({
      kind: "dispute",
      ref: { channelPaymentId: "pi_3abc", transactionId: "ch_3abc", channelDisputeId: "du_3abc" },
    });
  });

  it("carries no id of ours that is none", () => {
    const object = { id: "re_1", metadata: { refund_id: "refund 7", payment_id: REFUND_ID } };
    expect(about("refund.created", object).ref).toStrictEqual({ channelRefundId: "re_1" });
  });

  it.each(["text", 7, null, { id: 7, metadata: null }, { metadata: { payment_id: 7 } }])(
    "is a payment without a name when the object is %j",
    (object) => {
      expect(about("payment_intent.succeeded", object)).toStrictEqual({ kind: "payment", ref: {} });
    },
  );

  it.each([
    "charge.succeeded",
    "charge.refunded",
    "charge.refund.updated",
    "customer.created",
    "payout.paid",
  ])("is nothing for %s", (type) => {
    expect(about(type, ours)).toStrictEqual({ kind: "ignored", ref: {} });
  });

  it("is nothing when it belongs to a connected account", () => {
    expect(read({ account: "acct_other" })).toMatchObject({ kind: "ignored", ref: {} });
  });
});

describe("the answer", () => {
  it("is a success for what is safe with us, and a failure for what is not", () => {
    const results = ["stored", "duplicate", "ignored", "rejected"] as const;
    expect(results.map((result) => webhookAnswer(result).status)).toEqual([200, 200, 200, 400]);
    expect(results.map((result) => webhookAnswer(result).body)).toEqual([
      '{"received":true}',
      '{"received":true}',
      '{"received":true}',
      '{"received":false}',
    ]);
    expect(openStripe().callbackAnswer("stored").headers).toEqual({ "content-type": "application/json" });
  });
});
