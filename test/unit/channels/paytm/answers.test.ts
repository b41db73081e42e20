// Envelopes, result codes and facts: what an answer proves, and what it does not.
import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { LAPSED_AFTER_MS } from "../../../../shared/channels/paytm/capabilities.ts";
import { checksumOf } from "../../../../shared/channels/paytm/checksum.ts";
import {
  openEnvelope,
  type PaytmAnswer,
  readAnswer,
  signedRequest,
} from "../../../../shared/channels/paytm/envelope.ts";
import { failureOf } from "../../../../shared/channels/paytm/errors.ts";
import { paymentFact, refundFact } from "../../../../shared/channels/paytm/facts.ts";
import { toReference } from "../../../../shared/channels/reference.ts";

const KEY = "0123456789abcdef";
const keys = { merchantKey: KEY };
const PAYMENT_ID = "pay_01JDA7Q0000000000000000001";
const ORDER_ID = toReference(PAYMENT_ID);
const REF_ID = "01JDA7Q0000000000000000002";
const CREATED = Date.parse("2026-11-21T06:00:00Z");
const money = { value: 1230, currency: "INR" };
const asked = {
  ...{ merchantId: "M", orderId: ORDER_ID, livemode: true, now: CREATED + 60_000 },
  payerRetries: true,
};
const late = { ...asked, now: CREATED + LAPSED_AFTER_MS };
/** For a merchant whose payers have one attempt. */
const once = { ...asked, payerRetries: false };

const answerOf = (status: string, code: string, body: object = {}, signed = true): PaytmAnswer => ({
  ...{ kind: "result", signed, status, code, message: "words", body, earlierMayCount: false },
});
const paid = {
  mid: "M",
  orderId: ORDER_ID,
  txnId: "T1",
  txnAmount: "12.30",
  txnDate: "2026-11-21 11:30:30.0",
};
const paymentOf = (answer: PaytmAnswer, when = asked) =>
  paymentFact(answer, { money, createdAtMs: CREATED }, when);

describe("a payment's status", () => {
  it.each([
    ["TXN_SUCCESS", "01", "succeeded"],
    ["TXN_SUCCESS", "99", "processing"],
    ["PENDING", "400", "processing"],
    ["PENDING", "402", "processing"],
    ["TXN_FAILURE", "402", "processing"],
    ["TXN_FAILURE", "227", "requires_action"],
    ["TXN_FAILURE", "810", "requires_action"],
    ["TXN_FAILURE", "new", "processing"],
    ["SOMETHING", "01", "processing"],
  ])("%s %s is %s", (status, code, expected) => {
    expect(paymentOf(answerOf(status, code, paid))).toMatchObject({
      outcome: "ok",
      value: {
        status: expected,
        amount: money,
        occurredAtMs: CREATED + 30_000,
        transactionId: "T1",
        livemode: true,
      },
    });
  });

  it.each(["227", "new"])(
    "lapses after an attempt that failed with %s, when no token can be good",
    (code) => {
      expect(paymentOf(answerOf("TXN_FAILURE", code, paid), late)).toMatchObject({
        value: {
          ...{ status: "cancelled", attemptFailed: { code, message: "words" } },
          occurredAtMs: CREATED + LAPSED_AFTER_MS,
        },
      });
    },
  );

  it.each([
    ["227", "failed", "failed"],
    ["810", "failed", "failed"],
    ["402", "processing", "processing"],
    ["new", "processing", "failed"],
  ])("after a failure with %s is %s where payers have one attempt, and %s later", (code, status, later) => {
    const answer = answerOf("TXN_FAILURE", code, paid);
    expect(paymentOf(answer, once)).toMatchObject({ value: { status, occurredAtMs: CREATED + 30_000 } });
    const then = { ...late, payerRetries: false };
    expect(paymentOf(answer, then)).toMatchObject({ value: { status: later } });
  });

  it("turns to cancelled for no record, when no token can be good", () => {
    for (const answer of [answerOf("NO_RECORD_FOUND", "331"), answerOf("TXN_FAILURE", "334")]) {
      expect(paymentOf(answer)).toMatchObject({ value: { status: "requires_action", amount: money } });
      expect(paymentOf(answer, late)).toMatchObject({ value: { status: "cancelled" } });
    }
  });

  it("is unknown from an answer that is unsigned, of another order or merchant, or without its amount", () => {
    for (const answer of [
      answerOf("TXN_SUCCESS", "01", paid, false),
      answerOf("NO_RECORD_FOUND", "331", {}, false),
      answerOf("TXN_SUCCESS", "01", { ...paid, mid: "N" }),
      answerOf("TXN_SUCCESS", "01", { ...paid, mid: undefined }),
      answerOf("TXN_SUCCESS", "01", { ...paid, orderId: "another" }),
      answerOf("NO_RECORD_FOUND", "331", { orderId: "another" }),
      answerOf("TXN_SUCCESS", "01", { ...paid, txnAmount: undefined }),
      answerOf("TXN_SUCCESS", "01", { ...paid, txnAmount: "12.305" }),
      answerOf("TXN_SUCCESS", "01", { ...paid, txnId: "" }),
      answerOf("TXN_SUCCESS", "01", { ...paid, txnAmount: 12.3 }),
    ]) {
      expect(paymentOf(answer)).toMatchObject({ outcome: "unknown" });
    }
  });

  it("reports the amount as it is", () => {
    const other = paymentOf(answerOf("TXN_SUCCESS", "01", { ...paid, txnAmount: "12.31" }));
    expect(other).toMatchObject({ outcome: "ok", value: { amount: { value: 1231 } } });
  });
});

describe("a refund's status", () => {
  const done = { mid: "M", orderId: ORDER_ID, refId: REF_ID, refundAmount: "12.30" };
  const refundOf = (answer: PaytmAnswer) => refundFact(answer, { refId: REF_ID, money }, asked);

  it.each([
    ["TXN_SUCCESS", "10", "succeeded"],
    ["TXN_SUCCESS", "99", "processing"],
    ["PENDING", "601", "processing"],
    ["PENDING", "501", "processing"],
    ["TXN_FAILURE", "628", "processing"],
    ["TXN_FAILURE", "600", "failed"],
    ["TXN_FAILURE", "617", "needs_attention"],
    ["TXN_FAILURE", "629", "needs_attention"],
    ["TXN_FAILURE", "new", "needs_attention"],
  ])("%s %s is %s", (status, code, expected) => {
    expect(refundOf(answerOf(status, code, done))).toMatchObject({
      outcome: "ok",
      value: { status: expected, refundId: `rfd_${REF_ID}`, amount: money },
    });
  });

  it("is unknown from an answer that is unsigned, of another refund, or without its amount", () => {
    for (const answer of [
      answerOf("TXN_SUCCESS", "10", done, false),
      answerOf("TXN_SUCCESS", "10", { ...done, mid: "N" }),
      answerOf("TXN_SUCCESS", "10", { ...done, orderId: "another" }),
      answerOf("TXN_SUCCESS", "10", { ...done, refId: undefined }),
      answerOf("TXN_SUCCESS", "10", { ...done, refundAmount: "" }),
      answerOf("TXN_SUCCESS", "10", { ...done, refundAmount: 5 }),
    ]) {
      expect(refundOf(answer)).toMatchObject({ outcome: "unknown" });
    }
  });
});

describe("a refusal", () => {
  it("is final only for the codes that are known, and never for a word like constructor", () => {
    expect(failureOf("create", answerOf("F", "2007"))).toMatchObject({ reason: "amount-not-accepted" });
    expect(failureOf("create", answerOf("F", "2023"))).toMatchObject({ outcome: "unknown" });
    expect(failureOf("create", answerOf("U", "2007"))).toMatchObject({ outcome: "unknown" });
    expect(failureOf("create", answerOf("S", "0000", {}, false))).toMatchObject({ outcome: "unknown" });
    expect(failureOf("create", answerOf("F", "constructor"))).toMatchObject({ outcome: "unknown" });
    expect(failureOf("refund", answerOf("TXN_FAILURE", "620"))).toMatchObject({
      reason: "insufficient-funds",
    });
    expect(failureOf("refund", answerOf("TXN_FAILURE", "626"))).toMatchObject({ outcome: "notSent" });
    expect(failureOf("refund", answerOf("TXN_FAILURE", "617"))).toMatchObject({ outcome: "unknown" });
  });
});

describe("an answer", () => {
  const read = (body: string, status = 200, earlierMayCount = false, headers = {}) =>
    readAnswer(
      { kind: "answer", answer: { status, headers, body: Buffer.from(body) }, earlierMayCount },
      keys,
    );
  const body = '{"resultInfo":{"resultStatus":"S","resultCode":"0000"},"amount":1.10}';
  const envelope = (text: string) =>
    `{"head":{"signature":"${checksumOf(body, KEY, randomBytes(3))}"},"body":${text}}`;

  it("is signed only when its very text is", () => {
    expect(read(envelope(body))).toMatchObject({ kind: "result", signed: true, code: "0000" });
    expect(read(envelope(body.replace("1.10", "1.1")))).toMatchObject({ kind: "result", signed: false });
    expect(read(`{"body":${body}}`)).toMatchObject({ kind: "result", signed: false });
  });

  it("in another form proves nothing, except that a first call was turned away", () => {
    expect(read("<html>", 502)).toMatchObject({ failure: { outcome: "unknown" } });
    expect(read("", 429, false, { "retry-after": "7" })).toMatchObject({
      failure: { outcome: "notSent", retryAfterMs: 7000 },
    });
    expect(read("", 429, true)).toMatchObject({ failure: { outcome: "unknown" } });
    const silence = { kind: "no-answer", mayCount: false, detail: "ECONNREFUSED" } as const;
    expect(readAnswer(silence, keys)).toMatchObject({ failure: { outcome: "notSent" } });
  });
});

describe("a request", () => {
  it("is signed anew each time over the same body, and holds no key", () => {
    let salt = 0;
    const bytes = () => Uint8Array.of(0, 0, salt++);
    const wire = { host: "h.example", appChannel: "WAP", keys, tools: { now: () => 5000, bytes } } as const;
    const request = signedRequest(wire, "/path?x=1", { note: "₹" });
    const [first, second] = [request(), request()];
    expect(first.url).toBe("https://h.example/path?x=1");
    expect(first.body).not.toBe(second.body);
    for (const { body } of [first, second]) {
      expect(openEnvelope(body ?? "", keys)).toEqual({ body: { note: "₹" }, signature: "good" });
      expect(body).toContain('"body":{"note":"₹"}');
      expect(body).toContain('"requestTimestamp":"5"');
      expect(body).not.toContain(KEY);
    }
  });
});
