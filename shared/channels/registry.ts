/**
 * The channels by name.
 *
 * `channelProfiles` is pure and light. `openChannel` is the only way to a provider's client library, behind
 * a dynamic import: a bundle that does not call it does not contain the library.
 */
import type { Channel, ChannelCallbacks, ChannelCapabilities } from "./channel.ts";
import { stripeCallbacks } from "./stripe/callback.ts";
import { stripeCapabilities } from "./stripe/capabilities.ts";
import type { StripeChannelConfig } from "./stripe/stripe-channel.ts";

/** Every channel there is. Part of callback paths and of stored records: never rename one. */
export const channelNames = ["stripe"] as const;

export type ChannelName = (typeof channelNames)[number];

/** What is known about a channel without speaking to it. */
export interface ChannelProfile {
  readonly name: ChannelName;
  readonly capabilities: ChannelCapabilities;
  readonly callbacks: ChannelCallbacks;
}

export const channelProfiles: Readonly<Record<ChannelName, ChannelProfile>> = {
  stripe: { name: "stripe", capabilities: stripeCapabilities, callbacks: stripeCallbacks },
};

/** True for the name of a channel, for example a path segment. */
export function isChannelName(name: string): name is ChannelName {
  return channelNames.some((known) => known === name);
}

/** The settings of one channel, tagged with its name. */
export type ChannelConfig = { readonly channel: "stripe" } & StripeChannelConfig;

/** Loads the channel's client and opens it. Rejects when the settings contradict each other. */
export async function openChannel(config: ChannelConfig): Promise<Channel> {
  switch (config.channel) {
    case "stripe": {
      const { createStripeChannel } = await import("./stripe/stripe-channel.ts");
      return createStripeChannel(config);
    }
  }
}
