/** Every channel of the registry with what its tests need, found by its name. */
import { readFileSync } from "node:fs";
import type { SimulatorKeys, SimulatorModule } from "../../local/channels/simulator.ts";
import type { RegisteredChannel } from "../../shared/channels/registered.ts";
import { type ChannelName, channelModules, channelNames } from "../../shared/channels/registry.ts";
import type { ChannelFacts } from "./channel-facts.ts";

export type TestedChannel = ChannelFacts & {
  readonly module: RegisteredChannel;
  readonly simulator: SimulatorModule;
  /**
   * Keys of both sides, the same in every process, so that a seed of the simulation replays anywhere. They were made
   * for tests and open nothing; RSA keys are short, as making signatures is most of what they would cost.
   */
  readonly keys: SimulatorKeys;
};

async function testedChannel(name: ChannelName): Promise<readonly [ChannelName, TestedChannel]> {
  const file = new URL(`${name}.ts`, import.meta.url).href;
  const { facts }: { facts: ChannelFacts } = await import(file);
  const { simulator }: { simulator: SimulatorModule } = await import(
    `../../local/channels/${name}/simulator.ts`
  );
  const keys = JSON.parse(readFileSync(new URL(`keys/${name}.json`, import.meta.url), "utf8"));
  return [name, { ...facts, module: channelModules[name], simulator, keys }];
}

export const testedChannels = Object.fromEntries(
  await Promise.all(channelNames.map(testedChannel)),
) as Readonly<Record<ChannelName, TestedChannel>>;
