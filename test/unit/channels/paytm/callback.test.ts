/** Callbacks of Paytm: what is believed of a form and of an envelope, and what each points at. */
import { describe, expect, it } from "vitest";
import {
  type CallbackContext,
  callbackAnswer,
  verifyCallback,
} from "../../../../shared/channels/paytm/callback.ts";
import { checksumOf, formInput } from "../../../../shared/channels/paytm/checksum.ts";
import { toReference } from "../../../../shared/channels/reference.ts";

const KEY = "0123456789abcdef";
const OLD_KEY = "fedcba9876543210";
const SALT = Uint8Array.of(1, 2, 3);
const NOW = Date.parse("2026-11-22T10:00:00Z");
const PAYMENT_ID = "pay_01JDA7Q0000000000000000001";
const REFUND_ID = "rfd_01JDA7Q0000000000000000002";
const ORDER = toReference(PAYMENT_ID);
const REFUND = toReference(REFUND_ID);

const context: CallbackContext = { merchantId: "KITH01", keys: { merchantKey: KEY }, now: NOW };
const bytes = (text: string) => Buffer.from(text);

type Fields = Readonly<Record<string, string>>;
const form = (fields: Fields, key = KEY): Buffer => {
  const CHECKSUMHASH = checksumOf(formInput(new Map(Object.entries(fields))), key, SALT);
  return bytes(new URLSearchParams({ ...fields, CHECKSUMHASH }).toString());
};
const envelope = (body: object, key = KEY): Buffer => {
  const text = JSON.stringify(body);
  const head = JSON.stringify({ signature: checksumOf(text, key, SALT) });
  return bytes(`{"head":${head},"body":${text}}`);
};

const payment: Fields = {
  MID: "KITH01",
  ORDERID: ORDER,
  STATUS: "TXN_SUCCESS",
  TXNID: "2026",
  TXNAMOUNT: "12.30",
  TXNDATE: "2026-11-22 15:00:00.0",
};
const paymentRef = { paymentId: PAYMENT_ID, channelPaymentId: ORDER, transactionId: "2026" };
const AT_THREE = Date.parse("2026-11-22T09:30:00Z");

const without = (fields: Fields, ...names: readonly string[]): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));
const refused = (reason: string) => ({ ok: false, reason });

describe("a form about a payment", () => {
  it("points at it, by our id, the order and the transaction", () => {
    expect(verifyCallback(form(payment), context)).toStrictEqual({
      ok: true,
      event: {
        eventId: "2026:TXN_SUCCESS",
        type: "TXN_SUCCESS",
        occurredAtMs: AT_THREE,
        kind: "payment",
        ref: paymentRef,
      },
    });
  });

  it("without a transaction is an event of its order", () => {
    const event = {
      eventId: `${ORDER}:TXN_SUCCESS`,
      ref: { paymentId: PAYMENT_ID, channelPaymentId: ORDER },
    };
    for (const fields of [without(payment, "TXNID"), { ...payment, TXNID: "" }]) {
      const verdict = verifyCallback(form(fields), context);
      expect(verdict).toMatchObject({ ok: true, event });
      expect(verdict.ok && verdict.event.ref).toStrictEqual(event.ref);
    }
  });

  it("of an order that is not ours names no id of ours", () => {
    const verdict = verifyCallback(form({ ...payment, ORDERID: "SHOP-1" }), context);
    expect(verdict.ok && verdict.event.ref).toStrictEqual({
      channelPaymentId: "SHOP-1",
      transactionId: "2026",
    });
  });

  it("is as old as it says, by the newer name of the time first, or as young as now", () => {
    const at = (fields: Fields) => {
      const verdict = verifyCallback(form(fields), context);
      return verdict.ok && verdict.event.occurredAtMs;
    };
    expect(at({ ...payment, TXNDATETIME: "2026-11-22 15:15:00.0" })).toBe(AT_THREE + 900_000);
    expect(at({ ...payment, TXNDATE: "yesterday" })).toBe(NOW);
    expect(at(without(payment, "TXNDATE"))).toBe(NOW);
  });

  it("is believed under the key of before, while there is one", () => {
    const old = form(payment, OLD_KEY);
    expect(verifyCallback(old, context)).toEqual(refused("bad-signature"));
    const keys = { merchantKey: KEY, previousMerchantKey: OLD_KEY };
    expect(verifyCallback(old, { ...context, keys }).ok).toBe(true);
  });

  it.each([
    ["for another merchant", form({ ...payment, MID: "OTHER" }), "wrong-merchant"],
    ["that names no merchant", form(without(payment, "MID")), "malformed"],
    ["that names no order", form(without(payment, "ORDERID")), "malformed"],
    ["of an empty order", form({ ...payment, ORDERID: "" }), "malformed"],
    ["that names no status", form(without(payment, "STATUS")), "malformed"],
    ["of an empty status", form({ ...payment, STATUS: "" }), "malformed"],
    ["without a checksum", bytes(new URLSearchParams(payment).toString()), "missing-signature"],
    ["with an empty checksum", bytes(`${new URLSearchParams(payment)}&CHECKSUMHASH=`), "missing-signature"],
    ["with another checksum", bytes(`${new URLSearchParams(payment)}&CHECKSUMHASH=AAAA`), "bad-signature"],
    ["that names a field twice", bytes(`${form(payment)}&MID=KITH01`), "malformed"],
    ["of no text", Buffer.from([0xff, 0xfe]), "malformed"],
    ["of nothing", Buffer.alloc(0), "missing-signature"],
  ])("is refused %s", (_what, body, reason) => {
    expect(verifyCallback(body, context)).toEqual(refused(reason));
  });

  it("is read with its byte order mark, which is signed too", () => {
    expect(verifyCallback(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), form(payment)]), context)).toEqual(
      refused("bad-signature"),
    );
  });
});

describe("a form about a refund's reference at the bank", () => {
  const reference: Fields = {
    MID: "KITH01",
    ORDERID: ORDER,
    REFID: REFUND,
    REFUNDID: "R1",
    TXNID: "2026",
    RRN: "9",
    STATUS: "TXN_SUCCESS",
  };

  it("points at the refund and its payment, now", () => {
    expect(verifyCallback(form(reference), context)).toStrictEqual({
      ok: true,
      event: {
        eventId: "R1:refund-reference",
        type: "refund-reference",
        occurredAtMs: NOW,
        kind: "refund",
        ref: { refundId: REFUND_ID, channelRefundId: REFUND, ...paymentRef },
      },
    });
  });

  it("of a refund that is not ours names no id of ours", () => {
    const verdict = verifyCallback(form({ ...without(reference, "TXNID"), REFID: "SHOP-R" }), context);
    expect(verdict.ok && verdict.event.ref).toStrictEqual({
      channelRefundId: "SHOP-R",
      paymentId: PAYMENT_ID,
      channelPaymentId: ORDER,
    });
  });

  it("is refused for another merchant", () => {
    expect(verifyCallback(form({ ...reference, MID: "OTHER" }), context)).toEqual(refused("wrong-merchant"));
  });

  it.each(["ORDERID", "REFID", "REFUNDID"])("is one about a payment, or none, without %s", (name) => {
    for (const fields of [without(reference, name), { ...reference, [name]: "" }]) {
      const verdict = verifyCallback(form(fields), context);
      if (name === "ORDERID") expect(verdict).toEqual(refused("malformed"));
      else
        expect(verdict).toMatchObject({ ok: true, event: { kind: "payment", eventId: "2026:TXN_SUCCESS" } });
    }
  });
});

describe("an envelope about a refund", () => {
  const refund = {
    mid: "KITH01",
    orderId: ORDER,
    refId: REFUND,
    refundId: "R1",
    txnId: "2026",
    status: "SUCCESS",
    acceptRefundTimestamp: "2026-11-22 15:00:00.0",
  };
  const ref = { refundId: REFUND_ID, channelRefundId: REFUND, ...paymentRef };

  it("that it was accepted points at it and its payment", () => {
    expect(verifyCallback(envelope(refund), context)).toStrictEqual({
      ok: true,
      event: {
        eventId: "R1:refund-accept",
        type: "refund-accept",
        occurredAtMs: AT_THREE,
        kind: "refund",
        ref,
      },
    });
  });

  it("that it went to the payer's bank is known by its time", () => {
    const userCreditInitiateTimestamp = "2026-11-22 15:15:00.0";
    for (const status of ["SUCCESS", "FAILED"]) {
      const body = envelope({ ...refund, status, userCreditInitiateTimestamp });
      expect(verifyCallback(body, context)).toStrictEqual({
        ok: true,
        event: {
          eventId: "R1:refund-success",
          type: "refund-success",
          occurredAtMs: AT_THREE + 900_000,
          kind: "refund",
          ref,
        },
      });
    }
  });

  it("that it was rejected is known by its status", () => {
    expect(verifyCallback(envelope({ ...refund, status: "FAILED" }), context)).toMatchObject({
      event: { eventId: "R1:refund-rejected", type: "refund-rejected" },
    });
  });

  it("may leave out the merchant, the transaction, the status and the time", () => {
    const { orderId, refId, refundId } = refund;
    expect(verifyCallback(envelope({ orderId, refId, refundId }), context)).toStrictEqual({
      ok: true,
      event: {
        eventId: "R1:refund-accept",
        type: "refund-accept",
        occurredAtMs: NOW,
        kind: "refund",
        ref: {
          refundId: REFUND_ID,
          channelRefundId: REFUND,
          paymentId: PAYMENT_ID,
          channelPaymentId: ORDER,
        },
      },
    });
  });

  it("may begin with blanks", () => {
    expect(verifyCallback(Buffer.concat([bytes(" \n"), envelope(refund)]), context).ok).toBe(true);
  });

  it.each([
    ["for another merchant", envelope({ ...refund, mid: "OTHER" }), "wrong-merchant"],
    ["under another key", envelope(refund, OLD_KEY), "bad-signature"],
    ["without a signature", bytes(`{"head":{},"body":${JSON.stringify(refund)}}`), "missing-signature"],
    ["that is no JSON", bytes("{"), "malformed"],
    ["without a body", bytes('{"head":{"signature":"x"}}'), "malformed"],
    ["of an empty order", envelope({ ...refund, orderId: "" }), "malformed"],
    ["of an empty refund", envelope({ ...refund, refId: "" }), "malformed"],
    ["of an empty id", envelope({ ...refund, refundId: "" }), "malformed"],
    ["of no order", envelope({ ...refund, orderId: undefined }), "malformed"],
    ["of no refund", envelope({ ...refund, refId: undefined }), "malformed"],
    ["of no id", envelope({ ...refund, refundId: undefined }), "malformed"],
    ["of a merchant that is no text", envelope({ ...refund, mid: 1 }), "malformed"],
  ])("is refused %s", (_what, body, reason) => {
    expect(verifyCallback(body, context)).toEqual(refused(reason));
  });
});

describe("the answer to a callback", () => {
  const plain = { "content-type": "text/plain; charset=utf-8" };

  it.each(["stored", "duplicate", "ignored"] as const)("ends the repetitions of what is %s", (result) => {
    expect(callbackAnswer(result)).toStrictEqual({
      status: 200,
      headers: plain,
      body: "Received. You can go back to the app.",
    });
  });

  it("does not end those of what was refused", () => {
    expect(callbackAnswer("rejected")).toStrictEqual({
      status: 400,
      headers: plain,
      body: "This message was not accepted.",
    });
  });
});
