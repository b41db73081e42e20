/** The long run whose result is kept in `docs/simulation.json`, in one go or in several. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import * as z from "zod";
import { byCount, faultsOf, grouped } from "./print.ts";
import type { Totals } from "./run-seeds.ts";

const counts = z.record(z.string(), z.int().nonnegative());

const longRun = z.strictObject({
  /** Every seed from here on, without a gap. */
  from: z.int(),
  seeds: z.int(),
  steps: z.int(),
  simulatedMs: z.number(),
  seconds: z.number(),
  threads: z.int(),
  mishaps: counts,
  flows: counts,
  violations: z.array(z.strictObject({ seed: z.int(), invariant: z.string(), detail: z.string() })),
  /** Seeds that violated something, and ran again after that was mended. */
  repeated: z.array(z.int()).default([]),
});
export type LongRun = z.infer<typeof longRun>;

const file = new URL("../../../docs/simulation.json", import.meta.url);

/** `undefined` before the first. */
export const readLongRun = (): LongRun | undefined =>
  existsSync(file) ? longRun.parse(JSON.parse(readFileSync(file, "utf8"))) : undefined;

export const writeLongRun = (run: LongRun): void =>
  writeFileSync(file, `${JSON.stringify(run, undefined, 2)}\n`);

export const toLongRun = (
  totals: Totals,
  { from, seconds, threads }: Pick<LongRun, "from" | "seconds" | "threads">,
): LongRun => ({
  from,
  seeds: totals.seeds,
  steps: totals.steps,
  simulatedMs: totals.simulatedMs,
  seconds: Math.round(seconds),
  threads,
  mishaps: { ...totals.mishaps },
  flows: { ...totals.flows },
  violations: totals.failures.map(({ seed, violation }) => ({
    seed,
    invariant: violation?.invariant ?? "",
    detail: violation?.detail ?? "",
  })),
  repeated: [],
});

const sumOf = (one: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>) => {
  const sums = { ...one };
  for (const [name, count] of Object.entries(other)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
};

/** What two runs did together. */
const summed = (one: LongRun, other: LongRun) => ({
  steps: one.steps + other.steps,
  simulatedMs: one.simulatedMs + other.simulatedMs,
  seconds: one.seconds + other.seconds,
  mishaps: sumOf(one.mishaps, other.mishaps),
  flows: sumOf(one.flows, other.flows),
  repeated: [...one.repeated, ...other.repeated],
});

/** One run out of two that follow each other. @throws Error when there are seeds between them, or in both. */
export function joined(first: LongRun, second: LongRun): LongRun {
  if (second.from !== first.from + first.seeds) {
    throw new Error(
      `a run from ${second.from} does not continue one that ended before ${first.from + first.seeds}`,
    );
  }
  return {
    ...summed(first, second),
    from: first.from,
    seeds: first.seeds + second.seeds,
    threads: second.threads,
    violations: [...first.violations, ...second.violations],
  };
}

/** A run whose violated seeds ran once more: what they did counts both times, what they violated the second time. */
export function repeatedIn(run: LongRun, again: readonly LongRun[]): LongRun {
  let whole: LongRun = { ...run, violations: [] };
  for (const one of again) {
    whole = {
      ...whole,
      ...summed(whole, { ...one, repeated: [one.from] }),
      violations: [...whole.violations, ...one.violations],
    };
  }
  return whole;
}

const DAY_MS = 86_400_000;

/** As `docs/proof.md` shows it. */
export function longRunText(run: LongRun): string {
  const { from, seeds, steps, mishaps, simulatedMs, seconds, threads, flows, violations, repeated } = run;
  const violated =
    violations.length === 0
      ? "nothing"
      : violations.map(({ seed, invariant }) => `${invariant} in seed ${seed}`).join(", ");
  const table = (head: string, counted: Readonly<Record<string, number>>): string[] => [
    `| ${head} | times |`,
    "| --- | ---: |",
    ...byCount(counted).map(([name, count]) => `| ${name} | ${grouped(count)} |`),
  ];
  return [
    `\`npm run simulate -- --seeds ${seeds} --from ${from} --write\`, ${grouped(seconds)} seconds on ${threads} threads:`,
    "",
    "| | |",
    "| --- | ---: |",
    `| seeds | ${grouped(seeds)} |`,
    `| steps | ${grouped(steps)} |`,
    `| faults | ${grouped(faultsOf(mishaps))} |`,
    `| simulated days | ${grouped(simulatedMs / DAY_MS)} |`,
    `| violated | ${violated} |`,
    ...(repeated.length === 0 ? [] : [`| run again, mended | ${repeated.join(", ")} |`]),
    "",
    ...table("fault", mishaps),
    "",
    ...table("flow", flows),
  ].join("\n");
}
