/** How the files of cases end: every wallet as its provider says, clean books, and nothing left to do. */
import { expect } from "vitest";
import { channelNames } from "../../../../shared/channels/registry.ts";
import { auditOf, leftOver } from "../system.ts";
import type { Stage } from "./stage.ts";

export async function expectCleanBooks({ system }: Stage): Promise<void> {
  expect((await auditOf(system.cloud)).findings).toEqual([]);
  expect(await leftOver(system.cloud)).toEqual([]);
}

/** Lets every callback through that was held back. Each payment that was paid is in its wallet then, and once. */
export async function expectAllTold(stage: Stage): Promise<void> {
  for (const channel of channelNames) {
    const { provider, balance, received } = stage.at(channel);
    await provider.release();
    await stage.drained();
    const { length } = (await provider.deliveries()).filter(({ status }) => status !== "delivered");
    expect({ channel, untold: length, balance: await balance() }).toEqual({
      channel,
      untold: 0,
      balance: received(),
    });
  }
}
