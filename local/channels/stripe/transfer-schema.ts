/** Transfers to connected accounts, in Stripe's wire form. @see https://docs.stripe.com/api/transfers/object */
import * as z from "zod";

const seconds = z.int().nonnegative();
const Metadata = z.record(z.string(), z.string());

export const TransferReversalShape = z.object({
  id: z.string(),
  object: z.literal("transfer_reversal"),
  amount: z.int(),
  balance_transaction: z.string(),
  created: seconds,
  currency: z.string(),
  metadata: Metadata,
  transfer: z.string(),
});
export type TransferReversal = z.infer<typeof TransferReversalShape>;

export const TransferShape = z.object({
  id: z.string(),
  object: z.literal("transfer"),
  amount: z.int(),
  amount_reversed: z.int(),
  balance_transaction: z.string(),
  created: seconds,
  currency: z.string(),
  description: z.string().nullable(),
  destination: z.string(),
  livemode: z.literal(false),
  metadata: Metadata,
  reversals: z.object({
    object: z.literal("list"),
    data: z.array(TransferReversalShape),
    has_more: z.literal(false),
    total_count: z.int(),
    url: z.string(),
  }),
  reversed: z.boolean(),
  source_transaction: z.null(),
  source_type: z.literal("card"),
  transfer_group: z.string().nullable(),
});
export type Transfer = z.infer<typeof TransferShape>;
