/** Public settings of the PayPal channel, and the hosts that follow from them. */
import * as z from "zod";

/**
 * `merchantId`: the account that is paid, as PayPal names it in `payee.merchant_id`. `webhookId`: the id that PayPal
 * gave the webhook of this stage; it is part of what PayPal signs. `WEBHOOK_ID` is what the dashboard's webhook
 * simulator signs with, for anybody who asks, so it is never accepted. `returnUrl` and `cancelUrl`: where the payer's
 * browser goes after the approval page.
 */
export const PayPalSettings = z.strictObject({
  enabled: z.boolean(),
  livemode: z.boolean(),
  merchantId: z.string().regex(/^[0-9A-Z]{5,20}$/),
  webhookId: z
    .string()
    .regex(/^[0-9A-Za-z_-]{1,64}$/)
    .refine(
      (id) => id.toUpperCase() !== "WEBHOOK_ID",
      "WEBHOOK_ID is what anybody can have events signed with",
    ),
  returnUrl: z.url(),
  cancelUrl: z.url(),
  /** Shown on the approval page. */
  brandName: z.string().min(1).max(127).optional(),
  /** Subject of the mail that PayPal sends to a payout's recipient. */
  payoutSubject: z.string().min(1).max(255).default("You have a payment"),
});

export type PayPalSettings = z.infer<typeof PayPalSettings>;

/** The host of the API. @see https://developer.paypal.com/api/rest/requests/ */
export const apiHost = (livemode: boolean): string =>
  livemode ? "api-m.paypal.com" : "api-m.sandbox.paypal.com";

/** The hosts that a webhook's certificate may come from. */
export const certificateHosts = (livemode: boolean): readonly string[] =>
  livemode ? ["api.paypal.com", "api-m.paypal.com"] : ["api.sandbox.paypal.com", "api-m.sandbox.paypal.com"];

/** Where an order's payer approves it, for an answer that names no such link. */
export const approvalPage = (livemode: boolean, orderId: string): string =>
  `https://www.${livemode ? "" : "sandbox."}paypal.com/checkoutnow?token=${encodeURIComponent(orderId)}`;
