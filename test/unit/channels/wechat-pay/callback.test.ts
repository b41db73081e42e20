/** Callbacks of WeChat Pay: what is refused before what, and what they point at. */
import { createSign } from "node:crypto";
import { describe, expect, it } from "vitest";
import { toReference } from "../../../../shared/channels/reference.ts";
import { callbackAnswer, verifyCallback } from "../../../../shared/channels/wechat-pay/callback.ts";
import { MINUTE } from "../../../../shared/platform/clock.ts";
import { runPlan } from "../run-plan.ts";
import {
  API_KEY,
  APP,
  contextOf,
  encrypted,
  eventOf,
  MERCHANT,
  NOW,
  type Opened,
  other,
  provider,
  SERIAL,
  signatureOf,
} from "./a-provider.ts";

const PAYMENT_ID = "pay_01JDA7Q0000000000000000001";
const REFUND_ID = "rfd_01JDA7Q0000000000000000002";
const PAYOUT_ID = "wdr_01JDA7Q0000000000000000003";

type Headers = Record<string, string | undefined>;

const payment = {
  mchid: MERCHANT,
  appid: APP,
  out_trade_no: toReference(PAYMENT_ID),
  transaction_id: "4200001",
};
const refund = {
  mchid: MERCHANT,
  out_trade_no: toReference(PAYMENT_ID),
  out_refund_no: toReference(REFUND_ID),
  transaction_id: "4200001",
};
const transfer = { mch_id: MERCHANT, out_bill_no: toReference(PAYOUT_ID) };

const verdictOn = (body: string | Uint8Array, headers: Headers, opened: Opened = {}) =>
  runPlan(verifyCallback(contextOf(opened), { headers, rawBody: Buffer.from(body) })).value;
/** Of an event that the provider has signed well. */
const verdict = (body: string) => verdictOn(body, signatureOf(body));
const refused = (reason: string) => ({ ok: false, reason });
const PAID = eventOf("TRANSACTION.SUCCESS", payment);

describe("an event", () => {
  const pointer = (type: string, resource: unknown) => {
    const found = verdict(eventOf(type, resource));
    return found.ok ? { kind: found.event.kind, ref: found.event.ref } : found.reason;
  };
  const without = (resource: object, ...names: readonly string[]) =>
    Object.fromEntries(Object.entries(resource).filter(([name]) => !names.includes(name)));

  it("of a payment points at it, with its id, type and time", () => {
    expect(verdict(PAID)).toStrictEqual({
      ok: true,
      event: {
        eventId: "EV-1",
        type: "TRANSACTION.SUCCESS",
        occurredAtMs: NOW - 1_000,
        kind: "payment",
        ref: {
          paymentId: PAYMENT_ID,
          channelPaymentId: toReference(PAYMENT_ID),
          transactionId: "4200001",
        },
      },
    });
  });

  it("of an order that is not ours names no id of ours, and no transaction that there is not", () => {
    expect(
      pointer("TRANSACTION.SUCCESS", { ...without(payment, "transaction_id"), out_trade_no: "S1" }),
    ).toStrictEqual({
      kind: "payment",
      ref: { channelPaymentId: "S1" },
    });
  });

  it("of a refund points at it and its payment", () => {
    expect(pointer("REFUND.CLOSED", refund)).toStrictEqual({
      kind: "refund",
      ref: {
        refundId: REFUND_ID,
        channelRefundId: toReference(REFUND_ID),
        paymentId: PAYMENT_ID,
        channelPaymentId: toReference(PAYMENT_ID),
        transactionId: "4200001",
      },
    });
    expect(
      pointer("REFUND.SUCCESS", { mchid: MERCHANT, out_refund_no: "R1", out_trade_no: "S1" }),
    ).toStrictEqual({ kind: "refund", ref: { channelRefundId: "R1", channelPaymentId: "S1" } });
  });

  it("of a transfer points at the payout", () => {
    expect(pointer("MCHTRANSFER.BILL.FINISHED", transfer)).toStrictEqual({
      kind: "payout",
      ref: { payoutId: PAYOUT_ID, channelPayoutId: toReference(PAYOUT_ID) },
    });
    expect(pointer("MCHTRANSFER.BILL.FINISHED", { ...transfer, out_bill_no: "B1" })).toStrictEqual({
      kind: "payout",
      ref: { channelPayoutId: "B1" },
    });
  });

  it.each([
    "PROFITSHARING.SUCCESS",
    "XTRANSACTION.SUCCESS",
    "XREFUND.SUCCESS",
    "XMCHTRANSFER.BILL.",
    "MCHTRANSFER.BATCH.",
  ])("of another product is ignored: %s", (type) => {
    expect(pointer(type, payment)).toStrictEqual({ kind: "ignored", ref: {} });
  });

  it("of another product is ignored whatever it holds", () => {
    expect(verdict(eventOf("COUPON.USE", {}, { resource: null }))).toMatchObject({
      event: { kind: "ignored" },
    });
  });

  it("may be of any of our apps", () => {
    expect(pointer("TRANSACTION.SUCCESS", { ...payment, appid: "wxbbbbbbbbbbbbbbbb" })).toMatchObject({
      kind: "payment",
    });
  });

  it.each([
    ["TRANSACTION.SUCCESS", { ...payment, mchid: "1900000110" }],
    ["TRANSACTION.SUCCESS", { ...payment, appid: "wxcccccccccccccccc" }],
    ["REFUND.SUCCESS", { ...refund, mchid: "1900000110" }],
    ["MCHTRANSFER.BILL.FINISHED", { ...transfer, mch_id: "1900000110" }],
  ])("of another merchant or app is refused: %s", (type, resource) => {
    expect(pointer(type, resource)).toBe("wrong-merchant");
  });

  it.each([
    ["TRANSACTION.SUCCESS", payment, ["mchid", "appid", "out_trade_no"]],
    ["REFUND.SUCCESS", refund, ["mchid", "out_trade_no", "out_refund_no"]],
    ["MCHTRANSFER.BILL.FINISHED", transfer, ["mch_id", "out_bill_no"]],
  ] as const)("of %s needs every id", (type, resource, names) => {
    for (const name of names) {
      expect(pointer(type, without(resource, name))).toBe("malformed");
      expect(pointer(type, { ...resource, [name]: 1 })).toBe("malformed");
    }
    expect(pointer(type, "text")).toBe("malformed");
  });

  it.each([
    ["TRANSACTION.SUCCESS", payment, ["out_trade_no", "transaction_id"]],
    ["REFUND.SUCCESS", refund, ["out_trade_no", "out_refund_no", "transaction_id"]],
    ["MCHTRANSFER.BILL.FINISHED", transfer, ["out_bill_no"]],
  ] as const)("of %s has ids of 1 to 64 characters", (type, resource, names) => {
    for (const name of names) {
      expect(pointer(type, { ...resource, [name]: "" })).toBe("malformed");
      expect(pointer(type, { ...resource, [name]: "x".repeat(65) })).toBe("malformed");
      expect(pointer(type, { ...resource, [name]: "x".repeat(64) })).toHaveProperty("kind");
    }
  });

  it.each([
    ["no id", { id: undefined }],
    ["an empty id", { id: "" }],
    ["too long an id", { id: "x".repeat(65) }],
    ["no time", { create_time: undefined }],
    ["a time without an offset", { create_time: "2026-11-22T17:29:59" }],
    ["no type", { event_type: undefined }],
    ["an empty type", { event_type: "" }],
    ["too long a type", { event_type: `TRANSACTION.${"X".repeat(64)}` }],
    ["no resource", { resource: undefined }],
    ["another algorithm", { resource: { ...encrypted(JSON.stringify(payment)), algorithm: "AES" } }],
    [
      "content under another key",
      { resource: encrypted(JSON.stringify(payment), API_KEY.replace("0", "9")) },
    ],
    ["content that is no JSON", { resource: encrypted("{") }],
  ])("is malformed with %s", (_what, rest) => {
    expect(verdict(eventOf("TRANSACTION.SUCCESS", payment, rest))).toEqual(refused("malformed"));
  });

  it("may have an id and a type of 64 characters", () => {
    const type = `TRANSACTION.${"X".repeat(52)}`;
    expect(verdict(eventOf(type, payment, { id: "x".repeat(64) }))).toMatchObject({
      event: { eventId: "x".repeat(64), type, kind: "payment" },
    });
  });

  it.each(["", "[]", "null", "not json", '{"id":"EV-1"}'])("is none: %s", (body) => {
    expect(verdict(body)).toEqual(refused("malformed"));
  });

  it("is none in bytes that are no text", () => {
    const text = eventOf("COUPON.USE", {}, { summary: "x" });
    const bytes = Buffer.from(text);
    bytes[text.indexOf('"x"') + 1] = 0xff;
    const timestamp = String(NOW / 1000);
    const message = Buffer.concat([Buffer.from(`${timestamp}\nn\n`), bytes, Buffer.from("\n")]);
    const headers = { ...signatureOf(""), "wechatpay-signature": signBytes(message) };
    expect(verdictOn(bytes, headers)).toEqual(refused("malformed"));
  });
});

describe("a signature", () => {
  const refusal = (change: Headers, body = PAID) => {
    const found = verdictOn(body, { ...signatureOf(body), ...change });
    return found.ok ? "accepted" : found.reason;
  };

  it.each([
    [
      "not there",
      Object.fromEntries(Object.keys(signatureOf("")).map((name) => [name, undefined])),
      "missing-signature",
    ],
    ["half there", { "wechatpay-nonce": undefined }, "missing-signature"],
    ["without its time", { "wechatpay-timestamp": undefined }, "missing-signature"],
    ["without a serial", { "wechatpay-serial": undefined }, "missing-signature"],
    ["without itself", { "wechatpay-signature": undefined }, "missing-signature"],
    ["empty in part", { "wechatpay-serial": "" }, "missing-signature"],
    ["of another scheme", { "wechatpay-signature-type": "SM2" }, "bad-signature"],
    ["a probe", { "wechatpay-signature": "WECHATPAY/SIGNTEST/x" }, "probe"],
    ["of no time", { "wechatpay-timestamp": "1e9" }, "malformed"],
    ["of another nonce", { "wechatpay-nonce": "x" }, "bad-signature"],
    ["of an unknown key", { "wechatpay-serial": SERIAL }, "unknown-key"],
    ["as it should be", {}, "accepted"],
    ["of the scheme by its name", { "wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048" }, "accepted"],
    ["of an empty scheme", { "wechatpay-signature-type": "" }, "accepted"],
  ])("that is %s", (_what, change, reason) => {
    expect(refusal(change)).toBe(reason);
  });

  it("is over the body as it came", () => {
    expect(verdictOn(`${PAID} `, signatureOf(PAID))).toEqual(refused("bad-signature"));
    expect(verdictOn(PAID, signatureOf(PAID, { pair: other }))).toEqual(refused("bad-signature"));
  });

  it("is stale five minutes away on either side, and told so only when it is good", () => {
    const at = (atMs: number, pair = provider) => verdictOn(PAID, signatureOf(PAID, { atMs, pair }));
    expect([at(NOW - 5 * MINUTE), at(NOW + 5 * MINUTE)]).toEqual([refused("stale"), refused("stale")]);
    expect([at(NOW - 299_000).ok, at(NOW + 299_000).ok]).toEqual([true, true]);
    expect(at(NOW - 5 * MINUTE, other)).toEqual(refused("bad-signature"));
  });

  it("of what is no event, or another's, is judged before what it signs", () => {
    expect(refusal({ "wechatpay-nonce": "x" }, "{}")).toBe("bad-signature");
  });
});

describe("the answer to a callback", () => {
  const headers = { "content-type": "application/json" };

  it("is in the provider's form", () => {
    for (const result of ["stored", "duplicate", "ignored"] as const) {
      expect(callbackAnswer(result)).toStrictEqual({
        status: 200,
        headers,
        body: '{"code":"SUCCESS","message":""}',
      });
    }
    expect(callbackAnswer("rejected")).toStrictEqual({
      status: 400,
      headers,
      body: '{"code":"FAIL","message":"not accepted"}',
    });
  });
});

/** The provider's signature of exact bytes. */
function signBytes(message: Buffer): string {
  return createSign("RSA-SHA256").update(message).sign(provider.privateKey, "base64");
}
