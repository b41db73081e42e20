/** The secret of the PayPal channel: the REST app's credentials. */
import * as z from "zod";

export const PayPalKeys = z.strictObject({
  clientId: z.string().min(10).max(256),
  clientSecret: z.string().min(10).max(256),
});

export type PayPalKeys = z.infer<typeof PayPalKeys>;
