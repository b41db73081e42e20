/** The channels of a stage as functions use them: opened with their keys when first needed. */
import type { Channel } from "../channels/channel.ts";
import type { RegisteredChannel } from "../channels/registered.ts";
import { createTransport, type Fetch, type Transport } from "../channels/transport.ts";
import type { Platform } from "../platform/platform.ts";
import type { Secrets } from "../platform/secrets.ts";
import type { ChannelVariables } from "./channel-variables.ts";

/** Run its operations by `transport.run(channel.queryPayment(…))`. */
export type OpenedChannel = {
  readonly channel: Channel;
  readonly transport: Transport;
  /** What may be said about the payer; strict. */
  readonly payer: RegisteredChannel["payer"];
  /** Shapes of the recipients of payouts, each with a literal `type`; empty where there are none. */
  readonly recipients: RegisteredChannel["recipients"];
  /** Whether new payments may be begun on it. */
  readonly enabled: boolean;
  /** Whether it moves real money here. What comes from the other world is refused. */
  readonly livemode: boolean;
};

export type Channels = {
  /** `undefined` for a channel that this stage does not have. @throws when its keys cannot be read or do not fit. */
  readonly open: (name: string) => Promise<OpenedChannel | undefined>;
};

export type ChannelsDeps = {
  readonly modules: Readonly<Partial<Record<string, RegisteredChannel>>>;
  readonly variables: ChannelVariables;
  readonly secrets: Secrets;
  readonly platform: Platform;
  readonly fetch?: Fetch;
};

/** Reopened when a channel's keys were rotated; what the transport remembered under the old ones goes with them. */
export function createChannels({ modules, variables, secrets, platform, ...rest }: ChannelsDeps): Channels {
  const opened = new Map<string, { readonly keys: string; readonly channel: OpenedChannel }>();
  const tools = { now: platform.clock.now, bytes: platform.random.bytes };
  return {
    async open(name) {
      const module = Object.hasOwn(modules, name) ? modules[name] : undefined;
      const settings = Object.hasOwn(variables.CHANNELS, name) ? variables.CHANNELS[name] : undefined;
      const arn = variables.CHANNEL_SECRETS[name];
      if (module === undefined || settings === undefined || arn === undefined) return undefined;
      const keys = (await secrets.read(arn)).reveal();
      const known = opened.get(name);
      if (known?.keys === keys) return known.channel;
      const channel: OpenedChannel = {
        channel: module.open({
          settings,
          keys: parseJson(keys),
          callbackUrl: `${variables.CALLBACKS_URL}/${name}`,
          tools,
        }),
        transport: createTransport({ platform, ...rest }),
        payer: module.payer,
        recipients: module.recipients,
        enabled: settings.enabled,
        livemode: settings.livemode,
      };
      opened.set(name, { keys, channel });
      return channel;
    },
  };
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
