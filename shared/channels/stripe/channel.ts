/** Stripe as a neutral channel. */
import type { Channel, ChannelConfig } from "../channel.ts";
import { settled } from "../plan.ts";
import { stripeApi } from "./api.ts";
import { stripeCapabilities } from "./capabilities.ts";
import { stripeDisputes } from "./disputes.ts";
import { assertModeOfKeys, type StripeKeys } from "./keys.ts";
import { stripePayments } from "./payments.ts";
import { stripePayouts } from "./payouts.ts";
import { stripeRefunds } from "./refunds.ts";
import type { StripeSettings } from "./settings.ts";
import { stripeStatement } from "./statement.ts";
import { verifyWebhook, webhookAnswer } from "./webhook.ts";

/**
 * Opens the channel. Where webhooks go is set at Stripe, so the address in the configuration is not used.
 * @throws Error when a key is of the other mode than the settings say.
 */
export function openStripe({ settings, keys, tools }: ChannelConfig<StripeSettings, StripeKeys>): Channel {
  const { livemode } = settings;
  assertModeOfKeys(keys, livemode);
  const api = stripeApi(keys.apiKey);
  return {
    name: "stripe",
    capabilities: stripeCapabilities,
    ...stripePayments(api, keys.publishableKey),
    ...stripeRefunds(api, livemode),
    ...stripePayouts(api),
    ...stripeDisputes(api),
    ...stripeStatement(api, tools),
    verifyCallback: (request) =>
      settled(verifyWebhook(request, { nowMs: tools.now(), secrets: keys.webhookSecrets, livemode })),
    callbackAnswer: webhookAnswer,
  };
}
