/**
 * Callbacks of Paytm: forms about payments (through the payer's device and from server to server) and JSON about
 * refunds. None carries an event id or a signed sending time.
 * @see https://www.paytmpayments.com/docs/payment-status
 */
import * as z from "zod";
import type {
  CallbackAnswer,
  CallbackEvent,
  CallbackReference,
  CallbackResult,
  CallbackVerdict,
} from "../callback.ts";
import { fromLocalTime, INDIA } from "../local-time.ts";
import { fromReference } from "../reference.ts";
import { formInput, isChecksumOf } from "./checksum.ts";
import { openEnvelope } from "./envelope.ts";
import { acceptedKeys, type PaytmKeys } from "./keys.ts";

export type CallbackContext = {
  readonly merchantId: string;
  readonly keys: PaytmKeys;
  /** For a callback that says no time. */
  readonly now: number;
};

const rejected = (reason: Extract<CallbackVerdict, { ok: false }>["reason"]): CallbackVerdict => ({
  ok: false,
  reason,
});

const accepted = (event: CallbackEvent): CallbackVerdict => ({ ok: true, event });

/** Text of UTF-8 bytes; `undefined` for bytes that are none. */
function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The fields of a form; `undefined` when a name comes twice, as readers differ about which of the two counts. */
function uniqueFields(text: string): ReadonlyMap<string, string> | undefined {
  const pairs = [...new URLSearchParams(text)];
  const fields = new Map(pairs);
  return fields.size === pairs.length ? fields : undefined;
}

/** A payment by order and transaction, by whichever the callback names. */
function paymentReference(orderId: string, txnId: string | undefined): CallbackReference {
  const paymentId = fromReference("payment", orderId);
  return {
    ...(paymentId === undefined ? {} : { paymentId }),
    channelPaymentId: orderId,
    ...(txnId === undefined || txnId === "" ? {} : { transactionId: txnId }),
  };
}

function refundReference(refId: string, orderId: string, txnId: string | undefined): CallbackReference {
  const refundId = fromReference("refund", refId);
  return {
    ...(refundId === undefined ? {} : { refundId }),
    channelRefundId: refId,
    ...paymentReference(orderId, txnId),
  };
}

const timeOf = (text: string | undefined, now: number): number =>
  (text === undefined ? undefined : fromLocalTime(text, INDIA)) ?? now;

const Payment = z.looseObject({
  MID: z.string(),
  ORDERID: z.string().min(1),
  STATUS: z.string().min(1),
  TXNID: z.string().optional(),
  TXNDATE: z.string().optional(),
  TXNDATETIME: z.string().optional(),
});

/** The bank's reference of a refund, told long after it: a form that names a refund. */
const RefundReference = z.looseObject({
  MID: z.string(),
  ORDERID: z.string().min(1),
  REFID: z.string().min(1),
  REFUNDID: z.string().min(1),
  TXNID: z.string().optional(),
});

function verifyForm(text: string, { merchantId, keys, now }: CallbackContext): CallbackVerdict {
  const fields = uniqueFields(text);
  if (fields === undefined) return rejected("malformed");
  const checksum = fields.get("CHECKSUMHASH") ?? "";
  if (checksum === "") return rejected("missing-signature");
  if (!isChecksumOf(formInput(fields), checksum, acceptedKeys(keys))) return rejected("bad-signature");

  const values = Object.fromEntries(fields);
  const refund = RefundReference.safeParse(values);
  if (refund.success) {
    const { MID, ORDERID, REFID, REFUNDID, TXNID } = refund.data;
    if (MID !== merchantId) return rejected("wrong-merchant");
    const ref = refundReference(REFID, ORDERID, TXNID);
    const about = { type: "refund-reference", occurredAtMs: now, kind: "refund" } as const;
    return accepted({ eventId: `${REFUNDID}:refund-reference`, ...about, ref });
  }
  const payment = Payment.safeParse(values);
  if (!payment.success) return rejected("malformed");
  const { MID, ORDERID, STATUS, TXNID = "", TXNDATE, TXNDATETIME } = payment.data;
  if (MID !== merchantId) return rejected("wrong-merchant");
  return accepted({
    eventId: `${TXNID === "" ? ORDERID : TXNID}:${STATUS}`,
    type: STATUS,
    occurredAtMs: timeOf(TXNDATETIME ?? TXNDATE, now),
    kind: "payment",
    ref: paymentReference(ORDERID, TXNID),
  });
}

const Refund = z.looseObject({
  mid: z.string().optional(),
  orderId: z.string().min(1),
  refId: z.string().min(1),
  refundId: z.string().min(1),
  txnId: z.string().optional(),
  status: z.string().optional(),
  acceptRefundTimestamp: z.string().optional(),
  userCreditInitiateTimestamp: z.string().optional(),
});

/** Nothing in a refund's message names its kind, so it is told from the members that each kind has. */
function refundEventType({ userCreditInitiateTimestamp, status }: z.infer<typeof Refund>): string {
  if (userCreditInitiateTimestamp !== undefined) return "refund-success";
  return status === "FAILED" ? "refund-rejected" : "refund-accept";
}

function verifyEnvelope(text: string, { merchantId, keys, now }: CallbackContext): CallbackVerdict {
  const opened = openEnvelope(text, keys);
  if (opened === undefined) return rejected("malformed");
  if (opened.signature === "missing") return rejected("missing-signature");
  if (opened.signature === "bad") return rejected("bad-signature");
  const parsed = Refund.safeParse(opened.body);
  if (!parsed.success) return rejected("malformed");
  const { data } = parsed;
  // The message that a refund was accepted names no merchant; its key alone says whose it is.
  if (data.mid !== undefined && data.mid !== merchantId) return rejected("wrong-merchant");
  const type = refundEventType(data);
  return accepted({
    eventId: `${data.refundId}:${type}`,
    type,
    occurredAtMs: timeOf(data.userCreditInitiateTimestamp ?? data.acceptRefundTimestamp, now),
    kind: "refund",
    ref: refundReference(data.refId, data.orderId, data.txnId),
  });
}

/** Verifies either form on its exact bytes. */
export function verifyCallback(rawBody: Uint8Array, context: CallbackContext): CallbackVerdict {
  const text = decoded(rawBody);
  if (text === undefined) return rejected("malformed");
  return text.trimStart().startsWith("{") ? verifyEnvelope(text, context) : verifyForm(text, context);
}

/** Any 200 ends Paytm's repetitions. The words are for the payer, whose browser may carry the callback. */
export const callbackAnswer = (result: CallbackResult): CallbackAnswer => ({
  status: result === "rejected" ? 400 : 200,
  headers: { "content-type": "text/plain; charset=utf-8" },
  body: result === "rejected" ? "This message was not accepted." : "Received. You can go back to the app.",
});
