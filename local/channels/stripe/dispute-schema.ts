/** Disputes, in Stripe's wire form. @see https://docs.stripe.com/api/disputes/object */
import * as z from "zod";
import { BalanceTransactionShape } from "./schema.ts";

const seconds = z.int().nonnegative();

export const DisputeShape = z.object({
  id: z.string(),
  object: z.literal("dispute"),
  amount: z.int(),
  balance_transactions: z.array(BalanceTransactionShape),
  charge: z.string(),
  created: seconds,
  currency: z.string(),
  evidence_details: z.object({
    due_by: seconds.nullable(),
    has_evidence: z.boolean(),
    past_due: z.boolean(),
    submission_count: z.int(),
  }),
  is_charge_refundable: z.boolean(),
  livemode: z.literal(false),
  metadata: z.record(z.string(), z.string()),
  payment_intent: z.string(),
  reason: z.literal("fraudulent"),
  status: z.enum(["needs_response", "won", "lost"]),
});
export type Dispute = z.infer<typeof DisputeShape>;
