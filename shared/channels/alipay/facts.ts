/** From what Alipay says to facts. `undefined`: the answer is not about what was asked, or cannot be read. */
import type { PaymentRef } from "../channel.ts";
import { parseDecimal } from "../decimal.ts";
import type {
  ChannelMoney,
  ChannelPaymentStatus,
  ChannelPayoutStatus,
  PaymentFact,
  PayoutFact,
  RefundFact,
} from "../facts.ts";
import { BEIJING, fromLocalTime } from "../local-time.ts";
import { fromReference } from "../reference.ts";
import { textAt } from "./envelope.ts";

type Node = Readonly<Record<string, unknown>>;

/** What every fact of this channel is made with. */
export type FactContext = { readonly livemode: boolean; readonly nowMs: number };

export const CHANNEL = "alipay";
const CURRENCY = "CNY";

const timeAt = (node: Node, name: string): number | undefined => {
  const text = textAt(node, name);
  return text === undefined ? undefined : fromLocalTime(text, BEIJING);
};

const moneyAt = (node: Node, name: string): ChannelMoney | undefined => {
  const value = parseDecimal(textAt(node, name) ?? "", CURRENCY);
  return value === undefined ? undefined : { value, currency: CURRENCY };
};

/** A payment of which Alipay has no record, or nothing to say but its state. */
export function bareFact(
  { channelPaymentId, money }: Pick<PaymentRef, "channelPaymentId" | "money">,
  status: ChannelPaymentStatus,
  rawStatus: string,
  { livemode, nowMs }: FactContext,
): PaymentFact {
  const paymentId = fromReference("payment", channelPaymentId);
  return {
    ...{ channel: CHANNEL, kind: "payment", channelPaymentId, status, amount: money, livemode, rawStatus },
    ...(paymentId !== undefined && { paymentId }),
    occurredAtMs: nowMs,
  };
}

/** No payer has opened it: still payable until it lapses, and gone after that. */
export const unknownTradeFact = (payment: PaymentRef, context: FactContext): PaymentFact =>
  bareFact(
    payment,
    context.nowMs < payment.expiresAtMs ? "requires_action" : "cancelled",
    "TRADE_NOT_EXIST",
    context,
  );

/**
 * `TRADE_CLOSED` is said of a trade that nobody paid, and of one that was paid and refunded in full: only the second
 * has a time at which the money went to the seller.
 */
function paymentStatusOf(rawStatus: string, paidAtMs: number | undefined): ChannelPaymentStatus | undefined {
  switch (rawStatus) {
    case "WAIT_BUYER_PAY":
      return "requires_action";
    case "TRADE_SUCCESS":
    case "TRADE_FINISHED":
      return "succeeded";
    case "TRADE_CLOSED":
      return paidAtMs === undefined ? "cancelled" : "succeeded";
    default:
      return undefined;
  }
}

/** A trade as the query tells it. */
export function tradeFact(node: Node, payment: PaymentRef, context: FactContext): PaymentFact | undefined {
  const rawStatus = textAt(node, "trade_status") ?? "";
  const paidAtMs = timeAt(node, "send_pay_date");
  const status = paymentStatusOf(rawStatus, paidAtMs);
  const amount = moneyAt(node, "total_amount");
  const transactionId = textAt(node, "trade_no");
  const asked = textAt(node, "out_trade_no") === payment.channelPaymentId;
  if (!asked || status === undefined || amount === undefined) return undefined;
  return {
    ...bareFact(payment, status, rawStatus, context),
    ...(transactionId !== undefined && { transactionId }),
    amount,
    occurredAtMs: (status === "succeeded" ? paidAtMs : undefined) ?? context.nowMs,
  };
}

/** What a refund is asked by: the payment's and the refund's own numbers. */
export type RefundNumbers = { readonly trade: string; readonly request: string };

const refundFact = (
  { request }: RefundNumbers,
  amount: ChannelMoney,
  rawStatus: string,
  occurredAtMs: number,
  livemode: boolean,
): RefundFact => {
  const refundId = fromReference("refund", request);
  return {
    ...{ channel: CHANNEL, kind: "refund", channelRefundId: request, status: "succeeded", amount, livemode },
    ...(refundId !== undefined && { refundId }),
    ...{ occurredAtMs, rawStatus },
  };
};

/** A refund that moved money at once. Its answer names the amount of all refunds so far, so the asked one counts. */
export function refundedFact(
  node: Node,
  numbers: RefundNumbers,
  asked: ChannelMoney,
  { livemode, nowMs }: FactContext,
): RefundFact | undefined {
  const moved = textAt(node, "fund_change") === "Y" && textAt(node, "out_trade_no") === numbers.trade;
  const total = moneyAt(node, "refund_fee");
  // All refunds together cannot be less than this one of them.
  if (!moved || total === undefined || total.value < asked.value) return undefined;
  return refundFact(numbers, asked, "fund_change=Y", timeAt(node, "gmt_refund_pay") ?? nowMs, livemode);
}

/** A refund as the query tells it; `none` when Alipay knows of no refund with this number that moved money. */
export function queriedRefundFact(
  node: Node,
  numbers: RefundNumbers,
  { livemode, nowMs }: FactContext,
): RefundFact | "none" | undefined {
  const rawStatus = textAt(node, "refund_status");
  if (rawStatus === undefined) return "none";
  const asked =
    textAt(node, "out_trade_no") === numbers.trade && textAt(node, "out_request_no") === numbers.request;
  const amount = moneyAt(node, "refund_amount");
  if (!asked || amount === undefined || rawStatus !== "REFUND_SUCCESS") return undefined;
  return refundFact(numbers, amount, rawStatus, timeAt(node, "gmt_refund_pay") ?? nowMs, livemode);
}

const payoutStatuses: ReadonlyMap<string, ChannelPayoutStatus> = new Map([
  ["SUCCESS", "succeeded"],
  ["WAIT_PAY", "processing"],
  ["DEALING", "processing"],
  ["FAIL", "failed"],
  ["CLOSED", "failed"],
  ["REFUND", "returned"],
]);

/** A transfer, as its creation or the query tells it. Only the query names the amount. */
export function payoutFact(
  node: Node,
  asked: { readonly number: string; readonly money: ChannelMoney },
  { livemode, nowMs }: FactContext,
): PayoutFact | undefined {
  const rawStatus = textAt(node, "status") ?? "";
  const status = payoutStatuses.get(rawStatus);
  const named = textAt(node, "trans_amount");
  const amount = named === undefined ? asked.money : moneyAt(node, "trans_amount");
  if (textAt(node, "out_biz_no") !== asked.number || status === undefined || amount === undefined)
    return undefined;
  const payoutId = fromReference("payout", asked.number);
  const code = textAt(node, "error_code") ?? rawStatus;
  return {
    ...{
      channel: CHANNEL,
      kind: "payout",
      channelPayoutId: asked.number,
      status,
      amount,
      livemode,
      rawStatus,
    },
    ...(payoutId !== undefined && { payoutId }),
    ...(status === "failed" && { failure: { code, message: textAt(node, "fail_reason") ?? code } }),
    occurredAtMs: timeAt(node, "pay_date") ?? timeAt(node, "trans_date") ?? nowMs,
  };
}
