/** Callbacks of the simulated Paytm: what they say, and how they are signed at each attempt. */
import { createHash } from "node:crypto";
import * as z from "zod";
import { encodeForm, FORM_TYPE } from "../kit/form.ts";
import type { CallbackRules } from "../kit/protocol.ts";
import { inputOfForm, sign } from "./checksum.ts";
import type { Paytm } from "./context.ts";
import { indianTime, type Order, type Refund, rupees, type Transaction } from "./state.ts";

const MINUTE_MS = 60_000;

const Fields = z.record(z.string(), z.string());

/** Somebody else's merchant key, as long as this one. */
const strangersOf = (key: string): string =>
  createHash("sha256").update(`not ${key}`).digest("hex").slice(0, key.length);

/** Paytm prints no schedule; this one tries for some hours. Any 200 ends it. */
export const callbackRules = (ownKey: string, bytes: (count: number) => Uint8Array): CallbackRules => ({
  retryAfterMs: [1, 5, 15, 60, 180].map((minutes) => minutes * MINUTE_MS),
  isAcknowledged: (status) => status === 200,
  sign({ type, content }, _nowMs, signer) {
    const key = signer?.key === "stranger" ? strangersOf(ownKey) : ownKey;
    if (type.startsWith("refund-")) {
      const head = JSON.stringify({ signature: sign(content, key, bytes(3)), version: "v1" });
      return {
        headers: { "content-type": "application/json" },
        body: `{"head":${head},"body":${content}}`,
      };
    }
    const fields = Fields.parse(JSON.parse(content));
    const CHECKSUMHASH = sign(inputOfForm(fields), key, bytes(3));
    return { headers: { "content-type": FORM_TYPE }, body: encodeForm({ ...fields, CHECKSUMHASH }) };
  },
});

const common = (merchantId: string, order: Order, transaction: Transaction) => ({
  MID: merchantId,
  ORDERID: order.orderId,
  TXNID: transaction.txnId,
  BANKTXNID: transaction.bankTxnId,
  TXNAMOUNT: rupees(order.value),
  CURRENCY: "INR",
  STATUS: transaction.status,
  RESPCODE: transaction.code,
  RESPMSG: transaction.message,
  GATEWAYNAME: "HDFC",
  BANKNAME: transaction.status === "TXN_SUCCESS" ? "Simulated & Sons Bank, 100%" : "",
  PAYMENTMODE: "UPI",
});

/** Tells of an attempt to pay: once through the payer's device, and from server to server. */
export function notifyPayment(
  { kit, merchantId, callbackUrl }: Paytm,
  order: Order,
  transaction: Transaction,
): void {
  const fields = common(merchantId, order, transaction);
  const at = indianTime(transaction.atMs);
  const about = { type: transaction.status, objectId: order.orderId };
  const event = `${transaction.txnId}:${transaction.status}`;
  const browser = { ...fields, TXNDATE: `${at}.0` };
  const webhook = { ...fields, TXNDATETIME: `${at}.0`, CUSTID: order.custId, MERC_UNQ_REF: "" };
  kit.emit({
    ...about,
    eventId: `${event}:browser`,
    url: order.callbackUrl,
    once: true,
    content: JSON.stringify(browser),
  });
  kit.emit({
    ...about,
    eventId: `${event}:webhook`,
    url: callbackUrl,
    content: JSON.stringify(webhook),
  });
}

/** Tells that a refund was accepted, rejected, or handed to the payer's bank. */
export function notifyRefund(
  { kit, merchantId, callbackUrl }: Paytm,
  kind: "accept" | "rejected" | "success",
  refund: Refund,
  order: Order,
): void {
  const shared = {
    txnId: order.transaction?.txnId ?? "",
    orderId: order.orderId,
    txnAmount: rupees(order.value),
    refundAmount: rupees(refund.value),
    txnTimestamp: `${indianTime(order.transaction?.atMs ?? 0)}.0`,
    acceptRefundTimestamp: `${indianTime(refund.requestedAtMs)}.0`,
    merchantRefundRequestTimestamp: `${indianTime(refund.requestedAtMs)}.0`,
    refId: refund.refId,
    refundId: refund.refundId,
  };
  const credited = {
    mid: merchantId,
    userCreditInitiateTimestamp: `${indianTime(refund.creditedAtMs ?? 0)}.0`,
  };
  const specific = {
    accept: { status: "SUCCESS" },
    rejected: { status: "FAILED", rejectRefundReasonCode: "1", rejectRefundReasonMessage: refund.message },
    success: credited,
  }[kind];
  kit.emit({
    eventId: `${refund.refundId}:${kind}`,
    type: `refund-${kind}`,
    objectId: refund.refId,
    url: callbackUrl,
    content: JSON.stringify({ ...shared, ...specific }),
  });
}
