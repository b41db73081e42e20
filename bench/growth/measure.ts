/** Fills a table step by step, and measures the same actions of the same people at each size. */
import { auditTable } from "../../functions/ops/audit-table.ts";
import { systemAccount, userAccount } from "../../shared/ledger/account.ts";
import type { Entry } from "../../shared/ledger/entry.ts";
import type { Usage } from "../../shared/table/meter.ts";
import { TABLE_NAME } from "../../test/builders/world.ts";
import { metered } from "../actions/recorder.ts";
import { percentile } from "../latency.ts";
import { bulkInto } from "./bulk.ts";
import { createCrowd } from "./crowd.ts";
import { createRegulars, type Probe, REGULARS, type Regulars } from "./regulars.ts";

export type Point = {
  readonly action: string;
  /** In the crowd. */
  readonly people: number;
  /** In the whole ledger. */
  readonly entries: number;
  /** Milliseconds from the gateway's event to the reply. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU milliseconds of a call on average, the engine's included, round by round. */
  readonly cpuMs: readonly number[];
  /** Those of the same action on a table without the crowd, in the same rounds. */
  readonly aloneCpuMs: readonly number[];
  /** Of one call; whole units on average. */
  readonly writeUnits: number;
  readonly readUnits: number;
  readonly requests: number;
};

export type GrowthReport = {
  readonly points: readonly Point[];
  readonly seconds: number;
  /** Items that the largest table held beside those of the people who were measured. */
  readonly items: number;
};

export type GrowthOptions = {
  /** Numbers of people, ascending. */
  readonly sizes: readonly number[];
  /** Calls of each action at each size, over all rounds. */
  readonly calls: number;
  readonly rounds: number;
  /** Also reads the largest table from end to end, and checks every chain. */
  readonly audit: boolean;
};

const OK: readonly number[] = [200, 201];

type Measured = Usage & { readonly latencies: readonly number[]; readonly cpuMs: number };
const ascending = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);

/** Runs an action so many times. @throws Error when it is refused. */
async function sample({ world }: Regulars, { action, run }: Probe, calls: number): Promise<Measured> {
  const latencies: number[] = [];
  const cpu = process.threadCpuUsage();
  const usage = await metered(world, action, async () => {
    for (let turn = 0; turn < calls; turn += 1) {
      const at = performance.now();
      const { status, body } = await run(turn);
      latencies.push(performance.now() - at);
      if (!OK.includes(status)) throw new Error(`${action} answered ${status}: ${JSON.stringify(body)}`);
      world.clock.advance(10);
    }
  });
  const { user, system } = process.threadCpuUsage(cpu);
  return { ...usage, latencies: ascending(latencies), cpuMs: (user + system) / 1000 / calls };
}

/** The newest entries of the chains that the crowd goes on with. */
async function headsOf({ world, busiest }: Regulars): Promise<readonly Entry[]> {
  const accounts = [systemAccount("funding"), userAccount(busiest)];
  const heads = await Promise.all(accounts.map((account) => world.ledger.head({ account, currency: "USD" })));
  return heads.filter((head) => head !== undefined);
}

/** A probe on the table that grows, and the same on one that does not. */
type Pair = { readonly grown: Probe; readonly alone: Probe };

function pairsOf(grown: Regulars, alone: Regulars): readonly Pair[] {
  return grown.probes.map((probe) => {
    const same = alone.probes.find(({ action }) => action === probe.action);
    if (same === undefined) throw new Error(`nothing to compare ${probe.action} with`);
    return { grown: probe, alone: same };
  });
}

type Sizes = Pick<Point, "people" | "entries">;

/** Rounds in which each action has its turn on both tables: whatever else the machine does falls on all alike. */
async function measureSize(
  [grown, alone]: readonly [Regulars, Regulars],
  sizes: Sizes,
  { calls, rounds }: GrowthOptions,
): Promise<readonly Point[]> {
  const perRound = Math.max(1, Math.round(calls / rounds));
  const measured = pairsOf(grown, alone).map((pair) => {
    const runs: (readonly [grown: Measured, alone: Measured])[] = [];
    return { pair, runs };
  });
  for (const { pair } of measured) {
    // Functions forget their callers after minutes, and filling took longer: everyone is met again first.
    await sample(grown, pair.grown, REGULARS);
    await sample(alone, pair.alone, REGULARS);
  }
  for (let round = 0; round < rounds; round += 1)
    for (const { pair, runs } of measured)
      runs.push([await sample(grown, pair.grown, perRound), await sample(alone, pair.alone, perRound)]);
  return measured.map(({ pair, runs }) => {
    const latencies = ascending(runs.flatMap(([own]) => own.latencies));
    const perCall = (unit: (usage: Usage) => number): number =>
      runs.reduce((sum, [own]) => sum + unit(own), 0) / latencies.length;
    return {
      action: pair.grown.action,
      ...sizes,
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
      cpuMs: runs.map(([own]) => own.cpuMs),
      aloneCpuMs: runs.map(([, other]) => other.cpuMs),
      writeUnits: perCall(({ writeUnits }) => writeUnits),
      readUnits: perCall(({ readUnits }) => readUnits),
      requests: perCall(({ requests }) => requests),
    };
  });
}

/** @throws Error when the audit has a finding. */
async function refuseFindings({ world }: Regulars): Promise<void> {
  const { clean, findingCount, findings } = await auditTable(world.table, {
    cutoff: Number.MAX_SAFE_INTEGER,
    now: world.clock.now(),
  });
  if (!clean)
    throw new Error(`the audit has ${findingCount} findings, the first: ${JSON.stringify(findings[0])}`);
}

/** @throws Error when an action fails, or the audit of the largest table has findings. */
export async function measureGrowth(options: GrowthOptions): Promise<GrowthReport> {
  const startedAt = performance.now();
  const grown = await createRegulars();
  const alone = await createRegulars();
  const { world, busiest } = grown;
  try {
    let people = 0;
    let entries = 0;
    let items = 0;
    const points: Point[] = [];
    for (const { grown: probe, alone: same } of pairsOf(grown, alone)) {
      await sample(grown, probe, options.calls);
      await sample(alone, same, options.calls);
    }
    for (const size of options.sizes) {
      // Heads are read anew: the busiest person pays while they are measured.
      const bulk = bulkInto(world.engine, TABLE_NAME, world.clock.now);
      const crowd = createCrowd({ world, bulk, heads: await headsOf(grown), busiest });
      await crowd.grow(size - people);
      people = size;
      entries += crowd.entries();
      items += bulk.count();
      points.push(...(await measureSize([grown, alone], { people, entries }, options)));
    }
    if (options.audit) await refuseFindings(grown);
    return { points, items, seconds: (performance.now() - startedAt) / 1000 };
  } finally {
    world.close();
    alone.world.close();
  }
}
