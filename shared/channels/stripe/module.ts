/** The Stripe channel as the registry lists it. */
import type { ChannelModule } from "../channel.ts";
import { stripeCapabilities } from "./capabilities.ts";
import { openStripe } from "./channel.ts";
import { type StripeKeys, stripeKeys } from "./keys.ts";
import { clientSecretAction } from "./payments.ts";
import { accountRecipient } from "./payouts.ts";
import { type StripeSettings, stripeSettings } from "./settings.ts";
import { stripePayer } from "./wallets.ts";

export const stripe: ChannelModule<StripeSettings, StripeKeys> = {
  name: "stripe",
  title: "Stripe",
  capabilities: stripeCapabilities,
  settings: stripeSettings,
  keys: stripeKeys,
  actions: [clientSecretAction],
  payer: stripePayer,
  recipients: [accountRecipient],
  open: openStripe,
};
