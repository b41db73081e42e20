/** The PayPal channel as the registry lists it. */
import * as z from "zod";
import type { ChannelModule } from "../channel.ts";
import { payPalCapabilities } from "./capabilities.ts";
import { openPayPal } from "./channel.ts";
import { PayPalKeys } from "./keys.ts";
import { EmailRecipient, IdRecipient } from "./payouts.ts";
import { PayPalSettings } from "./settings.ts";

/** The app opens `approvalUrl`, or gives `orderId` to PayPal's own library. */
const PayPalApproval = z.strictObject({
  type: z.literal("paypal_approval"),
  orderId: z.string(),
  approvalUrl: z.url(),
});

export const paypal: ChannelModule<PayPalSettings, PayPalKeys> = {
  name: "paypal",
  title: "PayPal",
  capabilities: payPalCapabilities,
  settings: PayPalSettings,
  keys: PayPalKeys,
  actions: [PayPalApproval],
  payer: z.strictObject({}),
  recipients: [EmailRecipient, IdRecipient],
  open: openPayPal,
};
