/** Facts from Paytm's signed answers. */
import * as z from "zod";
import { parseDecimal } from "../decimal.ts";
import type {
  ChannelMoney,
  ChannelOutcome,
  ChannelPaymentStatus,
  ChannelRefundStatus,
  PaymentFact,
  RefundFact,
} from "../facts.ts";
import { fromLocalTime, INDIA } from "../local-time.ts";
import { fromReference } from "../reference.ts";
import { LAPSED_AFTER_MS } from "./capabilities.ts";
import type { PaytmAnswer } from "./envelope.ts";

export const NAME = "paytm";

/** What the reader of an answer knows besides it. */
export type Asked = {
  readonly merchantId: string;
  readonly orderId: string;
  readonly livemode: boolean;
  readonly now: number;
  /** Whether a failed attempt leaves the order open to its payer. */
  readonly payerRetries: boolean;
};

const unknown = (detail: string) => ({ outcome: "unknown", detail }) as const;

const Order = z.looseObject({
  mid: z.string().optional(),
  orderId: z.string().optional(),
  txnId: z.string().optional(),
  txnAmount: z.string().optional(),
  txnDate: z.string().optional(),
});

/** Codes that say that there is no such order, or that nobody has tried to pay it. */
const noRecordCodes: ReadonlySet<string> = new Set(["331", "334"]);
const pendingCodes: ReadonlySet<string> = new Set(["400", "402"]);
/** Failures that are known to be the end of an attempt. */
const failureCodes: ReadonlySet<string> = new Set(["227", "235", "295", "401", "501", "810", "820"]);

const isNoRecord = ({ status, code }: PaytmAnswer) => status === "NO_RECORD_FOUND" || noRecordCodes.has(code);

/**
 * Where an order stands, whose status is that of its newest attempt. An unknown code is `processing`. After an attempt
 * that failed its payer may try again while a token can be good; then the order lapses. Where payers cannot try again a
 * failure is the end, one of an unknown code once no token can be good any more.
 */
function paymentStatusOf(
  { status, code }: PaytmAnswer,
  lapsed: boolean,
  payerRetries: boolean,
): ChannelPaymentStatus {
  if (status === "TXN_SUCCESS") return code === "01" ? "succeeded" : "processing";
  if (status !== "TXN_FAILURE" || pendingCodes.has(code)) return "processing";
  if (lapsed) return payerRetries ? "cancelled" : "failed";
  if (!failureCodes.has(code)) return "processing";
  return payerRetries ? "requires_action" : "failed";
}

const inr = (text: string | undefined): ChannelMoney | undefined => {
  const value = text === undefined ? undefined : parseDecimal(text, "INR");
  return value === undefined ? undefined : { value, currency: "INR" };
};

const timeOf = (texts: readonly (string | undefined)[], fallback: number): number => {
  for (const text of texts) {
    const at = text === undefined ? undefined : fromLocalTime(text, INDIA);
    if (at !== undefined) return at;
  }
  return fallback;
};

const messageOf = ({ code, message }: PaytmAnswer) => ({ code, message: message.slice(0, 200) });

/** The fact in an order's status; unknown for what is unsigned, of another order, or not readable. */
export function paymentFact(
  answer: PaytmAnswer,
  payment: { readonly money: ChannelMoney; readonly createdAtMs: number },
  asked: Asked,
): ChannelOutcome<PaymentFact> {
  const { merchantId, orderId, livemode, now, payerRetries } = asked;
  if (!answer.signed) return unknown(`unsigned result ${answer.status} ${answer.code}`);
  const parsed = Order.safeParse(answer.body);
  if (!parsed.success) return unknown("the order cannot be read");
  const { mid, orderId: answered, txnId, txnAmount, txnDate } = parsed.data;
  const noRecord = isNoRecord(answer);
  // Only the answer about nothing may leave out what it is about.
  if ((mid ?? (noRecord ? merchantId : undefined)) !== merchantId) return unknown("another merchant's order");
  if ((answered ?? (noRecord ? orderId : undefined)) !== orderId) return unknown("another order");

  const lapsesAtMs = payment.createdAtMs + LAPSED_AFTER_MS;
  const lapsed = now >= lapsesAtMs;
  const paymentId = fromReference("payment", orderId);
  const common = {
    channel: NAME,
    kind: "payment",
    channelPaymentId: orderId,
    ...(paymentId === undefined ? {} : { paymentId }),
    livemode,
    rawStatus: `${answer.status} ${answer.code}`,
  } as const;
  if (noRecord) {
    const status = lapsed ? "cancelled" : "requires_action";
    return { outcome: "ok", value: { ...common, status, amount: payment.money, occurredAtMs: now } };
  }
  const status = paymentStatusOf(answer, lapsed, payerRetries);
  const amount = inr(txnAmount);
  if (status === "succeeded" && (amount === undefined || txnId === undefined || txnId === "")) {
    return unknown("a success without its amount or transaction");
  }
  const value: PaymentFact = {
    ...common,
    ...(txnId === undefined || txnId === "" ? {} : { transactionId: txnId }),
    status,
    ...(answer.status === "TXN_FAILURE" ? { attemptFailed: messageOf(answer) } : {}),
    amount: amount ?? payment.money,
    // An order lapses later than its newest attempt.
    occurredAtMs: Math.max(timeOf([txnDate], now), status === "cancelled" ? lapsesAtMs : 0),
  };
  return { outcome: "ok", value };
}

const Refund = z.looseObject({
  mid: z.string().optional(),
  orderId: z.string().optional(),
  refId: z.string().optional(),
  refundAmount: z.string().optional(),
  userCreditInitiateTimestamp: z.string().optional(),
  acceptRefundTimestamp: z.string().optional(),
});

/** `refund/status` knows no such refund. */
export const NO_REFUND_CODE = "631";

/** Failures after which the money is certainly still the merchant's. */
const refundFailures: ReadonlySet<string> = new Set(["600", "607", "619", "620", "627", "635"]);

/**
 * Where a refund stands. `628` is pending at the bank although it is filed under failures. A failure that is not
 * understood, or that speaks of another refund (`617`, `626`, `629`), is for a person to look at: taken for a failure,
 * the money might go back twice.
 */
function refundStatusOf({ status, code }: PaytmAnswer): ChannelRefundStatus {
  if (status === "TXN_SUCCESS") return code === "10" ? "succeeded" : "processing";
  if (status !== "TXN_FAILURE" || code === "628") return "processing";
  return refundFailures.has(code) ? "failed" : "needs_attention";
}

/** The fact in a refund's answer; unknown for what is unsigned, of another refund, or not readable. */
export function refundFact(
  answer: PaytmAnswer,
  refund: { readonly refId: string; readonly money: ChannelMoney },
  { merchantId, orderId, livemode, now }: Asked,
): ChannelOutcome<RefundFact> {
  const { refId, money } = refund;
  if (!answer.signed) return unknown(`unsigned result ${answer.status} ${answer.code}`);
  const parsed = Refund.safeParse(answer.body);
  if (!parsed.success) return unknown("the refund cannot be read");
  const { data } = parsed;
  if (data.mid !== merchantId || data.orderId !== orderId || data.refId !== refId)
    return unknown("another refund");
  const refundId = fromReference("refund", refId);
  const status = refundStatusOf(answer);
  const amount = inr(data.refundAmount);
  if (status === "succeeded" && amount === undefined) return unknown("a success without its amount");
  return {
    outcome: "ok",
    value: {
      channel: NAME,
      kind: "refund",
      channelRefundId: refId,
      ...(refundId === undefined ? {} : { refundId }),
      status,
      ...(status === "failed" || status === "needs_attention" ? { failure: messageOf(answer) } : {}),
      amount: amount ?? money,
      livemode,
      occurredAtMs: timeOf([data.userCreditInitiateTimestamp, data.acceptRefundTimestamp], now),
      rawStatus: `${answer.status} ${answer.code}`,
    },
  };
}
