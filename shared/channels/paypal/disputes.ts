/**
 * Disputes at PayPal.
 * @see https://developer.paypal.com/docs/api/customer-disputes/v1/
 */
import * as z from "zod";
import type { ChannelDisputeStatus, ChannelOutcome, DisputeFact } from "../facts.ts";
import type { Plan } from "../plan.ts";
import { callApi, isFailure, type PayPalContext, successOf } from "./access.ts";
import { fromWire } from "./amounts.ts";
import { failureOf, unreadable } from "./errors.ts";
import { getDispute } from "./requests.ts";
import { lenient, Text, timeOf, WireMoney } from "./shapes.ts";

export const DisputeId = z.string().regex(/^[0-9A-Za-z-]{1,255}$/);

const Dispute = z.object({
  dispute_id: DisputeId,
  status: z.string(),
  reason: Text,
  create_time: Text,
  update_time: Text,
  dispute_amount: WireMoney,
  dispute_outcome: lenient(z.object({ outcome_code: Text })),
  disputed_transactions: lenient(
    z.array(
      z.object({
        seller_transaction_id: Text,
        seller: lenient(z.object({ merchant_id: Text })),
      }),
    ),
  ),
});

/**
 * Who keeps the money. RESOLVED_WITH_PAYOUT: PayPal paid one of the two from its own pocket. ACCEPTED and DENIED are
 * PayPal's answers to the buyer. NONE: closed without a decision, as another case of the transaction goes on.
 */
const outcomes: Readonly<Record<string, ChannelDisputeStatus>> = {
  RESOLVED_BUYER_FAVOUR: "lost",
  ACCEPTED: "lost",
  RESOLVED_SELLER_FAVOUR: "won",
  RESOLVED_WITH_PAYOUT: "won",
  CANCELED_BY_BUYER: "won",
  DENIED: "won",
  NONE: "won",
};

/** An outcome whose word we do not know stays open: nobody's money is decided by a guess. */
function statusOf(status: string, outcome: string | undefined): ChannelDisputeStatus {
  return status === "RESOLVED" ? (outcomes[outcome ?? ""] ?? "open") : "open";
}

/** How a dispute stands. Unknown when the answer is about another one, or about another account's sale. */
export function* queryDispute(
  context: PayPalContext,
  channelDisputeId: string,
): Plan<ChannelOutcome<DisputeFact>> {
  const reply = yield* callApi(context, getDispute(channelDisputeId));
  if (isFailure(reply)) return reply;
  const body = successOf(reply);
  if (body === undefined) return failureOf(reply, { moves: false });
  const dispute = Dispute.safeParse(body).data;
  if (dispute?.dispute_id !== channelDisputeId) return unreadable("the answer is about another dispute");
  const sale = dispute.disputed_transactions?.[0];
  const merchant = sale?.seller?.merchant_id;
  if (merchant !== undefined && merchant !== context.settings.merchantId)
    return unreadable("another merchant");
  const amount = fromWire(dispute.dispute_amount.value, dispute.dispute_amount.currency_code);
  if (amount === undefined) return unreadable("an amount that is none");
  const outcome = dispute.dispute_outcome?.outcome_code;
  return {
    outcome: "ok",
    value: {
      channel: "paypal",
      kind: "dispute",
      channelDisputeId,
      ...(sale?.seller_transaction_id !== undefined && { transactionId: sale.seller_transaction_id }),
      status: statusOf(dispute.status, outcome),
      reason: dispute.reason ?? "OTHER",
      amount,
      livemode: context.settings.livemode,
      occurredAtMs: timeOf(dispute.update_time ?? dispute.create_time) ?? context.tools.now(),
      rawStatus: outcome === undefined ? dispute.status : `${dispute.status} ${outcome}`,
    },
  };
}
