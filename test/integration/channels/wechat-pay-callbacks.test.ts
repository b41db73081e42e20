import { createCipheriv } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { toReference } from "../../../shared/channels/reference.ts";
import type { Sent } from "../../builders/channel-harness.ts";
import {
  createWechatPayWorld,
  MINUTE,
  missing,
  PAYMENT_ID,
  PAYOUT_ID,
  pair,
  platform,
  REFUND_ID,
  START,
  signedBy,
  type WechatPayWorld,
} from "./wechat-pay-world.ts";

const last = (world: WechatPayWorld): Sent => world.callbacks.at(-1) ?? missing();
const approve = (world: WechatPayWorld) =>
  world.act({ kind: "payment", id: toReference(PAYMENT_ID), action: "approve" });

describe("what callbacks point at", () => {
  let world: WechatPayWorld;
  beforeEach(async () => {
    world = await createWechatPayWorld();
    await world.create();
    await approve(world);
  });
  afterEach(() => world.close());

  it("a payment", async () => {
    expect(await world.verify(last(world))).toEqual({
      ok: true,
      event: {
        ...{ eventId: expect.stringMatching(/^[0-9a-f-]{36}$/), type: "TRANSACTION.SUCCESS" },
        ...{ kind: "payment", occurredAtMs: START },
        ref: {
          ...{ paymentId: PAYMENT_ID, channelPaymentId: toReference(PAYMENT_ID) },
          transactionId: expect.stringMatching(/^42000/),
        },
      },
    });
  });

  it.each([
    ["succeed", "REFUND.SUCCESS"],
    ["fail", "REFUND.CLOSED"],
    ["stall", "REFUND.ABNORMAL"],
  ] as const)("a refund: %s", async (action, type) => {
    await world.refund();
    await world.act({ kind: "refund", id: toReference(REFUND_ID), action });
    expect(await world.verify(last(world))).toMatchObject({
      ok: true,
      event: {
        ...{ type, kind: "refund" },
        ref: { refundId: REFUND_ID, channelRefundId: toReference(REFUND_ID), paymentId: PAYMENT_ID },
      },
    });
  });

  it.each(["succeed", "fail"] as const)("a payout: %s", async (action) => {
    await world.payout();
    await world.act({ kind: "payout", id: toReference(PAYOUT_ID), action });
    expect(await world.verify(last(world))).toMatchObject({
      ok: true,
      event: {
        ...{ type: "MCHTRANSFER.BILL.FINISHED", kind: "payout" },
        ref: { payoutId: PAYOUT_ID, channelPayoutId: toReference(PAYOUT_ID) },
      },
    });
  });
});

describe("how callbacks come", () => {
  let world: WechatPayWorld;
  beforeEach(async () => {
    world = await createWechatPayWorld();
    await world.create();
  });
  afterEach(() => world.close());

  it("once, when they are acknowledged", async () => {
    await approve(world);
    await world.advance(24 * 60 * MINUTE);
    expect(world.callbacks).toHaveLength(1);
    expect(world.simulator.control.deliveries()).toMatchObject([{ status: "delivered", lastStatus: 200 }]);
  });

  it("again by the provider's schedule, signed anew, as the same event", async () => {
    world.answerCallbacksAs("rejected");
    await approve(world);
    await world.advance(15_000);
    await world.advance(15_000);
    world.answerCallbacksAs("stored");
    await world.advance(30_000);
    expect(world.callbacks).toHaveLength(4);
    const verdict = await world.verify(last(world));
    const ids = world.callbacks.map(({ rawBody }) => JSON.parse(Buffer.from(rawBody).toString()).id);
    expect(new Set(ids).size).toBe(1);
    expect(verdict).toMatchObject({ ok: true, event: { eventId: ids[0] } });
  });

  it("sixteen times at most, over a day", async () => {
    world.answerCallbacksAs("rejected");
    await approve(world);
    const gaps = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600];
    for (const seconds of gaps) await world.advance(seconds * 1000);
    await world.advance(24 * 60 * MINUTE);
    expect(world.callbacks).toHaveLength(16);
    expect(world.simulator.control.deliveries()).toMatchObject([{ status: "given-up" }]);
  });

  it("with a wrong signature as a test, refused as a probe, and rightly after", async () => {
    await world.order("probe", { what: "callbacks" });
    world.answerCallbacksAs("rejected");
    await approve(world);
    expect(last(world).headers["wechatpay-signature"]).toMatch(/^WECHATPAY\/SIGNTEST\//);
    expect(await world.verify(last(world))).toEqual({ ok: false, reason: "probe" });
    await world.advance(15_000);
    expect(await world.verify(last(world))).toMatchObject({ ok: true });
  });

  it("still come after a restart", async () => {
    world.answerCallbacksAs("rejected");
    await approve(world);
    await world.simulator.close();
    const again = world.makeSimulator();
    world.answerCallbacksAs("stored");
    await world.advance(15_000);
    await again.control.idle();
    expect(world.callbacks).toHaveLength(2);
    expect(await world.verify(last(world))).toMatchObject({ ok: true });
    await again.close();
  });

  it("are answered in the provider's form", () => {
    const answers = (["stored", "duplicate", "ignored", "rejected"] as const).map((result) =>
      world.channel.callbackAnswer(result),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 400]);
    expect(JSON.parse(answers[3]?.body ?? "")).toMatchObject({ code: "FAIL" });
  });
});

describe("verification", () => {
  let world: WechatPayWorld;
  let sent: Sent;
  beforeAll(async () => {
    world = await createWechatPayWorld();
    await world.create();
    await approve(world);
    sent = last(world);
  });
  afterAll(() => world.close());

  const rejection = async (changed: Partial<Sent>, by = world.channel) => {
    const verdict = await world.verify({ ...sent, ...changed }, by);
    return verdict.ok ? "accepted" : verdict.reason;
  };
  const headers = (changed: Record<string, string | undefined>) => {
    const merged: Record<string, string | undefined> = { ...sent.headers, ...changed };
    return {
      headers: Object.fromEntries(
        Object.entries(merged).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
    };
  };
  const signed = (rawBody: Uint8Array, atMs = START, key = platform.publicKey) => ({
    headers: signedBy(key, rawBody, atMs),
    rawBody,
  });
  /** An event of the provider's that holds this resource. */
  function eventWith(
    resource: unknown,
    { type = "TRANSACTION.SUCCESS", key = pair.keys.apiV3Key, aad = "" } = {},
  ) {
    const cipher = createCipheriv("aes-256-gcm", Buffer.from(String(key)), Buffer.from("123456789012"));
    cipher.setAAD(Buffer.from(aad));
    const bytes = [cipher.update(JSON.stringify(resource)), cipher.final(), cipher.getAuthTag()];
    return Buffer.from(
      JSON.stringify({
        ...{ id: "EV-1", create_time: "2026-11-21T14:00:00+08:00", resource_type: "encrypt-resource" },
        ...{ event_type: type, summary: "" },
        resource: {
          ...{ original_type: "transaction", algorithm: "AEAD_AES_256_GCM", nonce: "123456789012" },
          ...(aad === "" ? {} : { associated_data: aad }),
          ciphertext: Buffer.concat(bytes).toString("base64"),
        },
      }),
    );
  }
  const payment = {
    mchid: "1900000109",
    appid: "wxd678efh567hg6787",
    out_trade_no: toReference(PAYMENT_ID),
    transaction_id: "4200000000000000000000000001",
  };

  it("accepts the callback, again and again", async () => {
    expect(await rejection({})).toBe("accepted");
    expect(await world.verify(sent)).toEqual(await world.verify(sent));
  });

  it("takes header names in any case", async () => {
    const upper = Object.entries(sent.headers).map(([name, value]) => [name.toUpperCase(), value]);
    const mixed = Object.entries(signedBy(platform.publicKey, sent.rawBody, START)).map(([name, value]) => [
      name.replace("wechatpay", "WechatPay"),
      value,
    ]);
    expect(await rejection({ headers: Object.fromEntries(upper) })).toBe("accepted");
    expect(await rejection({ headers: Object.fromEntries(mixed) })).toBe("accepted");
  });

  it.each(["timestamp", "nonce", "serial", "signature"])("needs the header %s", async (name) => {
    expect(await rejection(headers({ [`wechatpay-${name}`]: undefined }))).toBe("missing-signature");
    expect(await rejection(headers({ [`wechatpay-${name}`]: "" }))).toBe("missing-signature");
  });

  it("refuses a body, a signature, a time or a nonce that was changed", async () => {
    const body = Buffer.from(sent.rawBody);
    body[10] = (body[10] ?? 0) ^ 1;
    expect(await rejection({ rawBody: body })).toBe("bad-signature");
    const signature = sent.headers["wechatpay-signature"] ?? "";
    const other = `${signature.startsWith("A") ? "B" : "A"}${signature.slice(1)}`;
    expect(await rejection(headers({ "wechatpay-signature": other }))).toBe("bad-signature");
    expect(await rejection(headers({ "wechatpay-signature": "!" }))).toBe("bad-signature");
    expect(await rejection(headers({ "wechatpay-timestamp": String(START / 1000 + 1) }))).toBe(
      "bad-signature",
    );
    expect(await rejection(headers({ "wechatpay-nonce": "x" }))).toBe("bad-signature");
  });

  it("refuses another key, an unknown serial and another scheme", async () => {
    const forged = signedBy(
      { ...platform.certificate, serial: platform.publicKey.serial },
      sent.rawBody,
      START,
    );
    expect(await rejection({ headers: forged })).toBe("bad-signature");
    const unknown = signedBy(platform.certificate, sent.rawBody, START);
    expect(await rejection({ headers: unknown })).toBe("unknown-key");
    expect(await rejection(headers({ "wechatpay-serial": "constructor" }))).toBe("unknown-key");
    const scheme = headers({ "wechatpay-signature-type": "WECHATPAY2-SM2-WITH-SM3" });
    expect(await rejection(scheme)).toBe("bad-signature");
    expect(await rejection(headers({ "wechatpay-signature-type": undefined }))).toBe("accepted");
    expect(world.requests.filter((request) => request.includes("certificates"))).toEqual([]);
  });

  it.each([
    [-299, "accepted"],
    [299, "accepted"],
    [-301, "stale"],
    [301, "stale"],
  ])("signed %d seconds from now is %s", async (seconds, expected) => {
    expect(await rejection(signed(sent.rawBody, START + seconds * 1000))).toBe(expected);
  });

  it("refuses a time that is no number of seconds", async () => {
    expect(await rejection(headers({ "wechatpay-timestamp": "1e9" }))).toBe("malformed");
  });

  it("reads an event with and without associated data", async () => {
    expect(await rejection(signed(eventWith(payment)))).toBe("accepted");
    expect(await rejection(signed(eventWith(payment, { aad: "transaction" })))).toBe("accepted");
  });

  it("refuses content under another key, altered, or of another algorithm", async () => {
    const otherKey = eventWith(payment, { key: "0123456789abcdef0123456789abcdef" });
    expect(await rejection(signed(otherKey))).toBe("malformed");
    const event = JSON.parse(eventWith(payment).toString());
    const bytes = Buffer.from(event.resource.ciphertext, "base64");
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    const resources = [
      { ...event.resource, ciphertext: bytes.toString("base64") },
      { ...event.resource, ciphertext: "AAAA" },
      { ...event.resource, associated_data: "other" },
      { ...event.resource, algorithm: "AEAD_AES_128_GCM" },
      { ...event.resource, nonce: "short" },
      undefined,
    ];
    for (const resource of resources) {
      const body = Buffer.from(JSON.stringify({ ...event, resource }));
      expect(await rejection(signed(body))).toBe("malformed");
    }
  });

  it("refuses what is not an event", async () => {
    for (const text of ["", "{}", "[]", "null", "not json", '{"id":"EV-1"}']) {
      expect(await rejection(signed(Buffer.from(text)))).toBe("malformed");
    }
    expect(await rejection(signed(Buffer.from([0xff, 0xfe])))).toBe("malformed");
    expect(await rejection(signed(eventWith({ mchid: "1900000109" })))).toBe("malformed");
  });

  it("refuses events of another merchant or app", async () => {
    const refund = { ...payment, out_refund_no: "R1" };
    const transfer = { mch_id: "1900000110", out_bill_no: "W1" };
    const events = [
      eventWith({ ...payment, mchid: "1900000110" }),
      eventWith({ ...payment, appid: "wx0000000000000000" }),
      eventWith({ ...refund, mchid: "1900000110" }, { type: "REFUND.SUCCESS" }),
      eventWith(transfer, { type: "MCHTRANSFER.BILL.FINISHED" }),
    ];
    for (const event of events) expect(await rejection(signed(event))).toBe("wrong-merchant");
    const other = world.open({ settings: { mchId: "1900000110" } });
    expect(await rejection({}, other)).toBe("wrong-merchant");
  });

  it("points at an order that is not ours by the provider's ids alone", async () => {
    const verdict = await world.verify(signed(eventWith({ ...payment, out_trade_no: "SHOP-1" })));
    expect(verdict).toMatchObject({
      event: { ref: { channelPaymentId: "SHOP-1", transactionId: payment.transaction_id } },
    });
    expect(verdict.ok && verdict.event.ref.paymentId).toBeUndefined();
  });

  it("ignores events of other products", async () => {
    const event = eventWith({ anything: 1 }, { type: "PROFITSHARING.SUCCESS" });
    expect(await world.verify(signed(event))).toMatchObject({
      ok: true,
      event: { kind: "ignored", ref: {} },
    });
  });
});
