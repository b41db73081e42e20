/**
 * What the provider's objects say, as facts. Each reader answers a text instead of a fact when the object cannot be
 * what was asked about: another merchant's, another order's, or of a shape or state that is not known.
 */
import * as z from "zod";
import type { PaymentRef, PayoutRef, RefundRef } from "../channel.ts";
import type {
  ChannelPaymentStatus,
  ChannelPayoutStatus,
  ChannelRefundStatus,
  PaymentFact,
  PayoutFact,
  RefundFact,
} from "../facts.ts";
import { fromReference, toReference } from "../reference.ts";
import { CHANNEL } from "./context.ts";
import { isOurApp, type WechatPaySettings } from "./settings.ts";

/** What a reader knows besides the object. `atMs`: when the answer was signed, for states that carry no time. */
export type ReadContext = { readonly settings: WechatPaySettings; readonly atMs: number };

/** A fact, or why there is none; the text is fit for logs. */
export type Read<T> = { readonly fact: T } | { readonly problem: string };

const Fen = z.int().nonnegative();
const Time = z.iso.datetime({ offset: true });
const timeOr = (text: string | undefined, otherwise: number): number =>
  text === undefined ? otherwise : Date.parse(text);

const Transaction = z.object({
  appid: z.string(),
  mchid: z.string(),
  out_trade_no: z.string(),
  transaction_id: z.string().min(1).optional(),
  trade_type: z.string().optional(),
  trade_state: z.string(),
  trade_state_desc: z.string().optional(),
  success_time: Time.optional(),
  // Before the payment the currency, or all of it, may be missing.
  amount: z.object({ total: Fen, currency: z.string().optional() }).optional(),
});
type Transaction = z.infer<typeof Transaction>;

const paymentStatuses: Readonly<Record<string, ChannelPaymentStatus>> = {
  NOTPAY: "requires_action",
  USERPAYING: "processing",
  ACCEPT: "processing",
  SUCCESS: "succeeded",
  // Paid, and refunded in part or in whole: refunds are facts of their own.
  REFUND: "succeeded",
  CLOSED: "cancelled",
  REVOKED: "cancelled",
  PAYERROR: "requires_action",
};

/** A failed attempt ends a payment by barcode; in an app the payer may try again. */
function paymentStatusOf({ trade_state, trade_type }: Transaction): ChannelPaymentStatus | undefined {
  if (trade_state === "PAYERROR" && trade_type === "MICROPAY") return "failed";
  return Object.hasOwn(paymentStatuses, trade_state) ? paymentStatuses[trade_state] : undefined;
}

function amountOf({ amount }: Transaction, status: ChannelPaymentStatus, payment: PaymentRef) {
  if (amount?.currency !== undefined) return { value: amount.total, currency: amount.currency };
  if (status === "succeeded") return undefined;
  return amount === undefined ? payment.money : { ...payment.money, value: amount.total };
}

const idOf = <K extends string>(name: K, id: string | undefined): Partial<Record<K, string>> =>
  id === undefined ? {} : ({ [name]: id } as Partial<Record<K, string>>);

/** The state of the payment that was asked about. */
export function readPayment(
  body: unknown,
  payment: PaymentRef,
  { settings, atMs }: ReadContext,
): Read<PaymentFact> {
  const transaction = Transaction.safeParse(body).data;
  if (transaction === undefined) return { problem: "the order cannot be read" };
  const { mchid, appid, out_trade_no, transaction_id, trade_state } = transaction;
  if (mchid !== settings.mchId || !isOurApp(settings, appid)) return { problem: "another merchant's order" };
  if (out_trade_no !== payment.channelPaymentId) return { problem: "another order than asked for" };
  const status = paymentStatusOf(transaction);
  if (status === undefined) return { problem: "an order state that is not known" };
  const amount = amountOf(transaction, status, payment);
  if (amount === undefined) return { problem: "a paid order without an amount" };
  return {
    fact: {
      channel: CHANNEL,
      kind: "payment",
      channelPaymentId: out_trade_no,
      ...idOf("transactionId", transaction_id),
      ...idOf("paymentId", fromReference("payment", out_trade_no)),
      status,
      ...(trade_state === "PAYERROR" && {
        attemptFailed: { code: trade_state, message: transaction.trade_state_desc ?? "" },
      }),
      amount,
      livemode: settings.livemode,
      occurredAtMs: timeOr(transaction.success_time, atMs),
      rawStatus: trade_state,
    },
  };
}

/** A state that an answer implies without spelling it out: an order just made, or just closed. */
export const impliedPayment = (
  payment: Pick<PaymentRef, "paymentId" | "money">,
  implied: { readonly status: "requires_action" | "cancelled"; readonly rawStatus: "NOTPAY" | "CLOSED" },
  { settings, atMs }: ReadContext,
): PaymentFact => ({
  channel: CHANNEL,
  kind: "payment",
  channelPaymentId: toReference(payment.paymentId),
  paymentId: payment.paymentId,
  ...implied,
  amount: payment.money,
  livemode: settings.livemode,
  occurredAtMs: atMs,
});

const Refund = z.object({
  refund_id: z.string().min(1),
  out_refund_no: z.string(),
  out_trade_no: z.string(),
  status: z.string(),
  success_time: Time.optional(),
  create_time: Time.optional(),
  amount: z.object({ refund: Fen, currency: z.string() }),
});

const refundStatuses: Readonly<Record<string, ChannelRefundStatus>> = {
  PROCESSING: "processing",
  SUCCESS: "succeeded",
  CLOSED: "failed",
  ABNORMAL: "needs_attention",
};

/** A refund by what it is asked by. */
export type RefundAsked = Pick<RefundRef, "channelRefundId" | "payment">;

/** The state of the refund that was asked about. */
export function readRefund(
  body: unknown,
  asked: RefundAsked,
  { settings, atMs }: ReadContext,
): Read<RefundFact> {
  const refund = Refund.safeParse(body).data;
  if (refund === undefined) return { problem: "the refund cannot be read" };
  const { out_refund_no, out_trade_no } = refund;
  if (out_refund_no !== asked.channelRefundId || out_trade_no !== asked.payment.channelPaymentId) {
    return { problem: "another refund than asked for" };
  }
  const status = Object.hasOwn(refundStatuses, refund.status) ? refundStatuses[refund.status] : undefined;
  if (status === undefined) return { problem: "a refund state that is not known" };
  const failed = status === "failed" || status === "needs_attention";
  return {
    fact: {
      channel: CHANNEL,
      kind: "refund",
      channelRefundId: out_refund_no,
      ...idOf("refundId", fromReference("refund", out_refund_no)),
      status,
      ...(failed && { failure: { code: refund.status, message: refundFailures[status] } }),
      amount: { value: refund.amount.refund, currency: refund.amount.currency },
      livemode: settings.livemode,
      occurredAtMs: status === "succeeded" ? timeOr(refund.success_time, atMs) : atMs,
      rawStatus: refund.status,
    },
  };
}

const refundFailures = {
  failed: "closed by WeChat Pay; the money stays with the merchant",
  needs_attention: "the payer's card or account cannot take it; to be settled in the merchant portal",
} as const;

const Bill = z.object({
  mch_id: z.string().optional(),
  out_bill_no: z.string(),
  state: z.string(),
  transfer_amount: Fen.optional(),
  fail_reason: z.string().optional(),
  create_time: Time.optional(),
  update_time: Time.optional(),
  package_info: z.string().min(1).optional(),
});

const payoutStatuses: Readonly<Record<string, ChannelPayoutStatus>> = {
  ACCEPTED: "processing",
  PROCESSING: "processing",
  WAIT_USER_CONFIRM: "requires_action",
  TRANSFERING: "processing",
  SUCCESS: "succeeded",
  FAIL: "failed",
  CANCELING: "processing",
  CANCELLED: "cancelled",
};

/** A payout's state, and what its recipient confirms it with when the answer holds that. */
export type ReadPayout = { readonly fact: PayoutFact; readonly packageInfo?: string };

/**
 * The state of the payout that was asked about.
 * @param answer what of the bill the answer must hold: only a query names the merchant and the amount
 */
export function readPayout(
  body: unknown,
  payout: Pick<PayoutRef, "payoutId" | "money">,
  answer: "query" | "create" | "cancel",
  { settings, atMs }: ReadContext,
): Read<ReadPayout> {
  const bill = Bill.safeParse(body).data;
  if (bill === undefined) return { problem: "the transfer cannot be read" };
  const { mch_id, out_bill_no, state, transfer_amount, package_info } = bill;
  const merchantIsOurs = mch_id === settings.mchId || (mch_id === undefined && answer !== "query");
  if (!merchantIsOurs) return { problem: "another merchant's transfer" };
  if (out_bill_no !== toReference(payout.payoutId)) return { problem: "another transfer than asked for" };
  if (transfer_amount === undefined && answer === "query") return { problem: "a transfer without an amount" };
  const status = Object.hasOwn(payoutStatuses, state) ? payoutStatuses[state] : undefined;
  if (status === undefined) return { problem: "a transfer state that is not known" };
  const reason = bill.fail_reason ?? state;
  const fact: PayoutFact = {
    channel: CHANNEL,
    kind: "payout",
    channelPayoutId: out_bill_no,
    ...idOf("payoutId", fromReference("payout", out_bill_no)),
    status,
    ...(status === "failed" && { failure: { code: reason, message: reason } }),
    amount: transfer_amount === undefined ? payout.money : { value: transfer_amount, currency: "CNY" },
    livemode: settings.livemode,
    occurredAtMs: timeOr(bill.update_time ?? bill.create_time, atMs),
    rawStatus: state,
  };
  return status === "requires_action" && package_info !== undefined
    ? { fact: { fact, packageInfo: package_info } }
    : { fact: { fact } };
}
