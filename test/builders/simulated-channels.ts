/**
 * Payment channels in process: each with its simulator, reached without sockets, on a clock and timers of the test's.
 * Keys are made once for a process, as making RSA keys is slow.
 */

import { stages } from "../../infra/config.ts";
import type { Simulator, SimulatorKeys, SimulatorModule } from "../../local/channels/simulator.ts";
import { type ChannelName, channelModules } from "../../shared/channels/registry.ts";
import type { Fetch } from "../../shared/channels/transport.ts";
import { type Channels, createChannels } from "../../shared/payments/open-channels.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import { secret } from "../../shared/platform/redacted.ts";

export const CALLBACKS_URL = "https://kith.example/v1/callbacks";

export type SimulatedChannels = {
  readonly channels: Channels;
  readonly simulators: ReadonlyMap<string, Simulator>;
  /** The simulator of a channel that is there. */
  readonly of: (name: ChannelName) => Simulator;
  /** What the channels speak through: hosts lead to simulators. */
  readonly fetch: Fetch;
  /** The stage's settings; a test may change them before a channel is opened. */
  readonly settings: Record<string, { enabled: boolean; livemode: boolean }>;
  /** A channel's secret as the product reads it. */
  readonly keysOf: (name: ChannelName) => Readonly<Record<string, unknown>>;
  readonly close: () => Promise<void>;
};

export type SimulatedChannelsOptions = {
  readonly names: readonly ChannelName[];
  readonly platform: Platform;
  readonly schedule: (ms: number, run: () => void) => void;
  /** Delivers a callback to the product and answers with the product's answer. */
  readonly deliver: (
    channel: string,
    headers: Readonly<Record<string, string>>,
    body: string,
  ) => Promise<{ readonly status: number; readonly body: string }>;
};

const moduleOf = async (name: string): Promise<SimulatorModule> =>
  (await import(`../../local/channels/${name}/simulator.ts`)).simulator;

const made = new Map<string, SimulatorKeys>();

const keysOf = (module: SimulatorModule): SimulatorKeys => {
  const keys = made.get(module.name) ?? module.makeKeys();
  made.set(module.name, keys);
  return keys;
};

/** `fetch` to simulators without a socket. A connection that breaks rejects as undici does. */
const fetchTo =
  (simulators: ReadonlyMap<string, Simulator>): Fetch =>
  async (address, init) => {
    const url = new URL(address);
    const simulator = [...simulators.values()].find(({ hosts }) => hosts.includes(url.host));
    if (simulator === undefined) throw new Error(`${url.host} is nobody's host here`);
    const answer = await simulator.handle({
      method: init.method ?? "GET",
      path: url.pathname,
      query: url.search.slice(1),
      headers: Object.fromEntries(new Headers(init.headers)),
      body: typeof init.body === "string" ? init.body : "",
    });
    if (answer === "dropped") {
      throw new TypeError("fetch failed", {
        cause: Object.assign(new Error("reset"), { code: "ECONNRESET" }),
      });
    }
    const body = typeof answer.body === "string" ? answer.body : new Uint8Array(answer.body);
    // A status without a body must not be given one.
    return new Response(answer.status === 204 ? null : body, {
      status: answer.status,
      headers: answer.headers,
    });
  };

export async function simulatedChannels(options: SimulatedChannelsOptions): Promise<SimulatedChannels> {
  const { names, platform, schedule, deliver } = options;
  const simulators = new Map<string, Simulator>();
  const keys = new Map<string, string>();
  const settings: SimulatedChannels["settings"] = {};
  for (const name of names) {
    const module = await moduleOf(name);
    const { keys: ours, provider } = keysOf(module);
    const stage = channelModules[name].settings.parse(stages.local.channels[name]);
    settings[name] = { ...stage };
    keys.set(`arn:${name}`, JSON.stringify(ours));
    let saved: string | undefined;
    simulators.set(
      name,
      module.create({
        keys: ours,
        provider,
        settings: { ...stage },
        callbackUrl: `${CALLBACKS_URL}/${name}`,
        ports: {
          now: platform.clock.now,
          schedule,
          random: platform.random.fraction,
          bytes: platform.random.bytes,
          store: {
            load: () => saved,
            save: (text) => {
              saved = text;
            },
          },
          log: () => {},
          resolve: (url) => url,
          fetch: async (_url, init) => {
            const headers = Object.fromEntries(new Headers(init?.headers));
            const answer = await deliver(name, headers, String(init?.body ?? ""));
            return new Response(answer.status === 204 ? null : answer.body, { status: answer.status });
          },
        },
      }),
    );
  }
  const fetch = fetchTo(simulators);
  const variables = {
    CHANNELS: settings,
    CHANNEL_SECRETS: Object.fromEntries(names.map((name) => [name, `arn:${name}`])),
    CALLBACKS_URL,
  };
  return {
    channels: createChannels({
      modules: channelModules,
      variables,
      secrets: { read: async (arn) => secret(keys.get(arn) ?? "") },
      platform,
      fetch,
    }),
    simulators,
    of: (name) => {
      const simulator = simulators.get(name);
      if (simulator === undefined) throw new Error(`the channel ${name} is not simulated here`);
      return simulator;
    },
    fetch,
    settings,
    keysOf: (name) => made.get(name)?.keys ?? {},
    close: async () => {
      for (const simulator of simulators.values()) await simulator.close();
    },
  };
}
