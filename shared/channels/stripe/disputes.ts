/** Disputes at Stripe. @see https://docs.stripe.com/api/disputes/object */
import * as z from "zod";
import type { ChannelDisputeStatus, ChannelOutcome, DisputeFact } from "../facts.ts";
import type { Plan } from "../plan.ts";
import { fromStripeAmount } from "./amounts.ts";
import { pathTo, type StripeApi } from "./api.ts";
import { doubtful, IdOrObject, idOf, notUnderstood, ObjectId, Seconds } from "./shapes.ts";

const stripeStatuses = [
  "warning_needs_response",
  "warning_under_review",
  "warning_closed",
  "needs_response",
  "under_review",
  "won",
  "lost",
  "appeal_needs_response",
  "appeal_under_review",
  "prevented",
] as const;

const statuses: Record<(typeof stripeStatuses)[number], ChannelDisputeStatus> = {
  // An inquiry: the money has not been taken yet, and is kept back here as if it had.
  warning_needs_response: "open",
  warning_under_review: "open",
  // It never became a dispute.
  warning_closed: "won",
  needs_response: "open",
  under_review: "open",
  won: "won",
  lost: "lost",
  // Lost, and asked about again: the money is with the payer's bank until that is decided.
  appeal_needs_response: "open",
  appeal_under_review: "open",
  prevented: "won",
};

const DisputeShape = z.object({
  id: ObjectId,
  object: z.literal("dispute"),
  amount: z.int().nonnegative(),
  currency: z.string().length(3),
  charge: IdOrObject.nullish(),
  payment_intent: IdOrObject.nullish(),
  created: Seconds,
  livemode: z.boolean(),
  reason: z.string(),
  status: z.enum(stripeStatuses),
});

function readDispute(raw: unknown, channelDisputeId: string): ChannelOutcome<DisputeFact> {
  const dispute = DisputeShape.safeParse(raw).data;
  const amount = dispute && fromStripeAmount(dispute.amount, dispute.currency);
  if (dispute === undefined || amount === undefined) return notUnderstood;
  if (dispute.id !== channelDisputeId) return doubtful("the answer is about another dispute");
  const channelPaymentId = idOf(dispute.payment_intent);
  const transactionId = idOf(dispute.charge);
  return {
    outcome: "ok",
    value: {
      channel: "stripe",
      kind: "dispute",
      channelDisputeId,
      ...(channelPaymentId === undefined ? {} : { channelPaymentId }),
      ...(transactionId === undefined ? {} : { transactionId }),
      status: statuses[dispute.status],
      reason: dispute.reason,
      amount,
      livemode: dispute.livemode,
      occurredAtMs: dispute.created * 1000,
      rawStatus: dispute.status,
    },
  };
}

export const stripeDisputes = (api: StripeApi) => ({
  *queryDispute(channelDisputeId: string): Plan<ChannelOutcome<DisputeFact>> {
    const result = yield* api.get("stripe.query-dispute", pathTo("disputes", channelDisputeId));
    return result.ok ? readDispute(result.object, channelDisputeId) : result.failure;
  },
});
