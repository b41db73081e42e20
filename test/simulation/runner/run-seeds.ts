/** Many runs on several threads: seeds are handed out one by one, and what came of each is added up. */
import type { Mishap, MishapCounts } from "../core/chaos.ts";
import type { SeedReport } from "../simulate-seed.ts";
import { createPool } from "./pool.ts";

export type Totals = {
  readonly seeds: number;
  readonly steps: number;
  readonly mishaps: MishapCounts;
  readonly flows: Readonly<Record<string, number>>;
  /** Simulated milliseconds. */
  readonly simulatedMs: number;
  readonly failures: readonly SeedReport[];
};

export type RunOptions = {
  readonly from: number;
  /** How many seeds at most. */
  readonly count: number;
  readonly threads: number;
  /** No new seed is begun after this many milliseconds. */
  readonly forMs?: number | undefined;
  /** No new seed is begun after the first failure. */
  readonly stopAtFailure?: boolean | undefined;
  readonly onSeed?: ((totals: Totals) => void) | undefined;
};

type Sums = { -readonly [Name in keyof Totals]: Totals[Name] };

const addTo = (sums: Record<string, number>, more: Readonly<Record<string, number | undefined>>): void => {
  for (const [name, count] of Object.entries(more)) sums[name] = (sums[name] ?? 0) + (count ?? 0);
};

export async function runSeeds(options: RunOptions): Promise<Totals> {
  const { from, count, threads, forMs = Infinity, stopAtFailure = false, onSeed } = options;
  const startedAt = performance.now();
  const mishaps: Partial<Record<Mishap, number>> = {};
  const flows: Record<string, number> = {};
  const failures: SeedReport[] = [];
  const totals: Sums = { seeds: 0, steps: 0, simulatedMs: 0, mishaps, flows, failures };
  let next = from;

  const goesOn = (): boolean =>
    next < from + count && performance.now() - startedAt < forMs && !(stopAtFailure && failures.length > 0);

  const pool = createPool(Math.min(threads, count));
  const lane = async (): Promise<void> => {
    while (goesOn()) {
      const seed = next;
      next += 1;
      const report = await pool.seed(seed);
      totals.seeds += 1;
      totals.steps += report.steps;
      totals.simulatedMs += report.simulatedMs;
      addTo(mishaps, report.mishaps);
      addTo(flows, report.flows);
      if (report.violation !== undefined) failures.push(report);
      onSeed?.(totals);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(threads, count) }, lane));
  } finally {
    await pool.close();
  }
  failures.sort((a, b) => a.seed - b.seed);
  return totals;
}
