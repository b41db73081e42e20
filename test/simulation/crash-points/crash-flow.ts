/** One flow with one crash: what became of it, and where everybody's money is afterwards. */
import { chainPartition } from "../../../shared/table/keys.ts";
import { settle } from "../settle.ts";
import { numberOf, partOf, textOf } from "../society/mirror.ts";
import { createWorld, type World } from "../world.ts";
import { stageOf } from "./money-flow.ts";
import { moneyFlows } from "./money-flows.ts";
import { type Crash, pointChaos } from "./point-chaos.ts";

export type CrashReport = {
  readonly flow: string;
  /** The awaits there were. */
  readonly awaits: readonly string[];
  /** Every account's money at rest, as text. */
  readonly money: string;
  readonly violation?: string;
  readonly tail: readonly string[];
};

/** Who has what: the same whether anything crashed or not. */
function moneyIn({ mirror }: World): string {
  const chains = new Set<string>();
  for (const entry of mirror.under("LEDGER#")) chains.add(textOf(entry, "pk"));
  const lines = [...chains].map((chain) => {
    const head = mirror.newest(chain);
    const balance = partOf(head, "balance");
    const frozen = JSON.stringify(partOf(head, "access")["frozenFor"] ?? []);
    return `${chain} ${numberOf(balance, "available")} ${numberOf(balance, "held")} ${frozen}`;
  });
  // Which shard of the clearing account paid depends on ids that a second try draws anew.
  return lines
    .filter((line) => !line.startsWith(chainPartition("system:clearing", "")))
    .toSorted()
    .join("\n");
}

export async function crashFlow(name: string, crash: Crash | undefined): Promise<CrashReport> {
  const flow = moneyFlows.find((known) => known.name === name);
  if (flow === undefined) throw new Error(`there is no flow ${name}`);
  const chaos = pointChaos(crash);
  const channels = [flow.channel ?? "stripe"] as const;
  const world = await createWorld({ seed: name, chaos: () => chaos, people: 2, channels });
  const { cloud } = world;
  try {
    await world.live(
      (async () => {
        const stage = await stageOf(world);
        await flow.prepare(stage);
        chaos.arm();
        await flow.act(stage);
      })(),
    );
    await world.drain();
    const awaits = [...chaos.awaits()];
    // Callbacks that were held back come late, but they come.
    await world.live(Promise.all(cloud.outside.providers.map((provider) => provider.releaseCallbacks())));
    if (world.violation() === undefined) await settle(world);
    if (world.violation() === undefined) await world.checkAtRest();
    const violation = world.violation();
    return {
      flow: name,
      awaits,
      money: moneyIn(world),
      ...(violation === undefined ? {} : { violation: `${violation.invariant}: ${violation.detail}` }),
      tail: violation === undefined ? [] : world.trace.tail(),
    };
  } finally {
    world.close();
  }
}
