/** Results as people read them. */
import type { MishapCounts } from "../core/chaos.ts";
import type { Found } from "../planted/run-planted.ts";
import type { SeedReport } from "../simulate-seed.ts";
import type { Totals } from "./run-seeds.ts";

export const grouped = (value: number): string => Math.round(value).toLocaleString("en-US");

export const faultsOf = (mishaps: MishapCounts): number =>
  Object.values(mishaps).reduce((sum, count) => sum + count, 0);

/** The most frequent first. */
export const byCount = (
  counts: Readonly<Record<string, number | undefined>>,
): readonly (readonly [name: string, count: number])[] =>
  Object.entries(counts)
    .map(([name, count = 0]) => [name, count] as const)
    .toSorted(([, a], [, b]) => b - a);

const inLine = (counts: Readonly<Record<string, number | undefined>>): string =>
  byCount(counts)
    .map(([name, count]) => `${name} ${grouped(count)}`)
    .join(" · ");

export function failureText({ seed, violation, tail, steps }: SeedReport, lines = 40): string {
  return [
    `seed ${seed} failed after ${grouped(steps)} steps`,
    `  ${violation?.invariant}: ${violation?.detail}`,
    "",
    ...tail.slice(-lines).map((line) => `  ${line}`),
    "",
    `  replay: npm run simulate -- --seed ${seed}`,
  ].join("\n");
}

export const totalsText = (
  { seeds, steps, simulatedMs, mishaps, flows, failures }: Totals,
  seconds: number,
): string =>
  [
    `${grouped(seeds)} seeds, ${grouped(steps)} steps, ${grouped(faultsOf(mishaps))} faults, ` +
      `${grouped(simulatedMs / 86_400_000)} simulated days, ${seconds.toFixed(1)} s (${(seeds / seconds).toFixed(1)} seeds a second)`,
    `faults: ${inLine(mishaps)}`,
    `flows: ${inLine(flows)}`,
    failures.length === 0
      ? "nothing was violated"
      : `${failures.length} seeds failed: ${failures
          .map(({ seed }) => seed)
          .slice(0, 20)
          .join(", ")}`,
  ].join("\n");

export const plantedText = (found: readonly Found[]): string =>
  [
    "| bug | what it means | found by | seeds |",
    "| --- | --- | --- | --- |",
    ...found.map(
      ({ bug, invariant, seeds }) =>
        `| ${bug.name} | ${bug.what} | ${invariant ?? "**not found**"} | ${seeds} |`,
    ),
  ].join("\n");
