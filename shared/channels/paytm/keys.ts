/** The secret of the Paytm channel. */
import * as z from "zod";

/** 16, 24 or 32 ASCII characters; Paytm gives out 16. */
const merchantKey = z.string().regex(/^(?:[!-~]{16}|[!-~]{24}|[!-~]{32})$/);

/**
 * `previousMerchantKey` is accepted, and never signed with, while a key is being changed. `statementToken` goes as a
 * bearer token to the place where statements are kept. The merchant key is symmetric: whoever can check can forge.
 */
export const PaytmKeys = z.strictObject({
  merchantKey,
  previousMerchantKey: merchantKey.optional(),
  statementToken: z.string().min(8).max(512).optional(),
});

export type PaytmKeys = z.infer<typeof PaytmKeys>;

/** Every key that a signature may have been made with, the present one first. */
export const acceptedKeys = ({ merchantKey, previousMerchantKey }: PaytmKeys): readonly string[] =>
  previousMerchantKey === undefined ? [merchantKey] : [merchantKey, previousMerchantKey];
