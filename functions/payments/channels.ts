/** The payment channels as this area's functions use them: opened with their keys when first needed. */
import type { Channel } from "../../shared/channels/channel.ts";
import { isChannelName, openChannel } from "../../shared/channels/registry.ts";
import { type ChannelConfigVariables, readStripeKeys } from "../../shared/payments/channel-settings.ts";
import { SECOND } from "../../shared/platform/clock.ts";
import type { Secrets } from "../../shared/platform/secrets.ts";

export type OpenedChannel = {
  readonly channel: Channel;
  /** Whether new payments may be begun on it. */
  readonly enabled: boolean;
  /** Whether it moves real money here. What comes from the other world is refused. */
  readonly livemode: boolean;
};

export type PaymentChannels = {
  /** `undefined` for a channel that this stage does not have. @throws when its keys cannot be read or do not fit. */
  readonly open: (name: string) => Promise<OpenedChannel | undefined>;
};

/** One attempt and one repeat stay far below the 25 seconds of an API function. */
const TIMEOUT_MS = 8 * SECOND;
const REPEATS = 1;

/** Channels by the stage's settings; reopened when their keys were rotated. */
export function paymentChannels(
  { CHANNELS, STRIPE_SECRET_ARN }: ChannelConfigVariables,
  secrets: Secrets,
): PaymentChannels {
  let opened: { readonly keys: string; readonly channel: Promise<Channel> } | undefined;
  return {
    async open(name) {
      const settings = isChannelName(name) ? CHANNELS[name] : undefined;
      if (settings === undefined) return undefined;
      const { apiKey, publishableKey } = await readStripeKeys(secrets, STRIPE_SECRET_ARN);
      const keys = JSON.stringify([apiKey, publishableKey]);
      if (opened?.keys !== keys) {
        opened = {
          keys,
          channel: openChannel({
            channel: "stripe",
            apiKey,
            publishableKey,
            livemode: settings.livemode,
            timeoutMs: TIMEOUT_MS,
            maxNetworkRetries: REPEATS,
          }),
        };
      }
      return { ...settings, channel: await opened.channel };
    },
  };
}
