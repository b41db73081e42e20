/** Public settings of the Stripe channel in one stage. */
import * as z from "zod";

/** Which account it is, and whether in test or live mode, is decided by the keys; `livemode` has to agree with them. */
export const stripeSettings = z.strictObject({ enabled: z.boolean(), livemode: z.boolean() });

export type StripeSettings = z.output<typeof stripeSettings>;
