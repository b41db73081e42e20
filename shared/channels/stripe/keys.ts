/** The secret of the Stripe channel, as JSON. */
import * as z from "zod";

/** A blank key would make requests that nobody answers, or accept what anybody signs. */
const key = z.string().regex(/^\S+$/).max(500);

export const stripeKeys = z.strictObject({
  /** A secret or restricted key, `sk_…` or `rk_…`. */
  apiKey: key,
  /** Goes to apps. */
  publishableKey: key,
  /**
   * `whsec_…`, the whole text. Several while one is being rolled, or where a second endpoint of the account (the one
   * for connected accounts) sends here too.
   */
  webhookSecrets: z.array(key).min(1).max(5),
});

export type StripeKeys = z.output<typeof stripeKeys>;

/**
 * @throws Error when a key is of the other mode than `livemode`: test keys would accept payments that never come, live
 * keys would take real money where nobody expects it.
 */
export function assertModeOfKeys(
  { apiKey, publishableKey }: Pick<StripeKeys, "apiKey" | "publishableKey">,
  livemode: boolean,
): void {
  const mode = livemode ? "live" : "test";
  if (!new RegExp(`^(sk|rk)_${mode}_.`).test(apiKey)) {
    throw new Error(`Stripe API key is not a ${mode} mode key.`);
  }
  if (!publishableKey.startsWith(`pk_${mode}_`)) {
    throw new Error(`Stripe publishable key is not a ${mode} mode key.`);
  }
}
