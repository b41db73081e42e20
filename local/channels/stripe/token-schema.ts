/** Tokens made of what a wallet gave, in Stripe's wire form. @see https://docs.stripe.com/api/tokens/object */
import * as z from "zod";

export const TokenShape = z.object({
  id: z.string(),
  object: z.literal("token"),
  type: z.literal("card"),
  card: z.object({
    id: z.string(),
    object: z.literal("card"),
    brand: z.literal("Visa"),
    last4: z.string(),
    tokenization_method: z.literal("apple_pay"),
  }),
  client_ip: z.null(),
  created: z.int().nonnegative(),
  livemode: z.literal(false),
  used: z.boolean(),
});
export type Token = z.infer<typeof TokenShape>;

/** A token with what the API does not show: the test method that it stands for, and what was made of it. */
export const KeptTokenShape = z.object({
  token: TokenShape,
  alias: z.string(),
  paymentMethod: z.string().nullable(),
});
