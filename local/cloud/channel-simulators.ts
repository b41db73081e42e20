// Starts a simulated provider for each payment channel that the template has a secret for.

import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Simulator, SimulatorModule } from "../channels/simulator.ts";
import { parseObject } from "./json.ts";
import type { SimulatorDeps } from "./simulators.ts";
import type { CloudModel } from "./template/model.ts";

export type RunningChannel = { readonly simulator: Simulator; readonly url: string };

export type ChannelSimulatorDeps = SimulatorDeps & {
  /** `http://127.0.0.1:<port>` of the gateway, where callbacks go in the end. */
  readonly gatewayUrl: string;
};

/** What the template tells functions about channels. */
type Declared = {
  /** Channel → ARN of its secret. */
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly settings: Readonly<Record<string, unknown>>;
};

function declaredIn(model: CloudModel): Declared {
  const variables = model.functions.map(({ environment }) => environment);
  const of = (name: string): Record<string, unknown> =>
    parseObject(variables.find((environment) => environment[name] !== undefined)?.[name] ?? "{}") ?? {};
  return { secrets: of("CHANNEL_SECRETS"), settings: of("CHANNELS") };
}

/** @throws Error for a channel without a simulator. */
async function moduleOf(channel: string): Promise<SimulatorModule> {
  const file = fileURLToPath(new URL(`../channels/${channel}/simulator.ts`, import.meta.url));
  if (!existsSync(file)) {
    throw new Error(
      `The channel ${channel} has no simulator: local/channels/${channel}/simulator.ts is missing`,
    );
  }
  const { simulator }: { simulator: SimulatorModule } = await import(pathToFileURL(file).href);
  return simulator;
}

/** Callbacks go to the gateway that runs now, whatever address a payment was created with. */
const towards =
  (gatewayUrl: string) =>
  (url: string): string => {
    const { pathname, search } = new URL(url);
    return `${gatewayUrl}${pathname}${search}`;
  };

/**
 * Starts them on free ports. Keys are made once: the product's side goes into its secret, where it can be read like
 * any other, and the provider's side is kept beside it. A secret that holds something already is left as it is.
 */
export async function startChannels(
  model: CloudModel,
  deps: ChannelSimulatorDeps,
): Promise<Map<string, RunningChannel>> {
  const { clock, secrets, state } = deps;
  const declared = declaredIn(model);
  const running = new Map<string, RunningChannel>();
  for (const [channel, arn] of Object.entries(declared.secrets)) {
    const module = await moduleOf(channel);
    const made =
      parseObject(secrets.keep(`channel:${channel}`, () => JSON.stringify(module.makeKeys()))) ?? {};
    const held = parseObject(secrets.valueOf(String(arn)) ?? "{}") ?? {};
    if (Object.keys(held).length === 0) {
      const secret = model.secrets.find((known) => known.arn === arn);
      if (secret === undefined) throw new Error(`The template has no secret ${String(arn)}`);
      secrets.set(secret.name, JSON.stringify(made["keys"]));
    }
    const write = deps.log.of(channel);
    const simulator = module.create({
      keys: parseObject(secrets.valueOf(String(arn)) ?? "{}") ?? {},
      provider: objectOf(made["provider"]),
      settings: objectOf(declared.settings[channel]),
      callbackUrl: `${deps.gatewayUrl}/v1/callbacks/${channel}`,
      ports: {
        now: clock.now,
        schedule: (ms, run) => void clock.after(ms, run),
        random: Math.random,
        bytes: (count) => randomBytes(count),
        store: {
          load: () => state.get(`channel:${channel}`),
          save: (json) => state.set(`channel:${channel}`, json),
        },
        log: (line) => write(channel, line),
        resolve: towards(deps.gatewayUrl),
      },
    });
    const port = await simulator.listen(0);
    running.set(channel, { simulator, url: `http://127.0.0.1:${port}` });
  }
  return running;
}

const objectOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? { ...value } : {};

/** The first channel of which a callback is being sent at this moment. One that waits for its next attempt is not. */
export async function channelWithCallbacksOnTheirWay(
  running: ReadonlyMap<string, RunningChannel>,
): Promise<string | undefined> {
  for (const [channel, { simulator }] of running) {
    const busy = new Promise<boolean>((resolve) => setImmediate(() => resolve(true)));
    if (await Promise.race([simulator.control.idle().then(() => false), busy])) return channel;
  }
  return undefined;
}
