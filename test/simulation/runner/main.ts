/** What the command does. */
import { writeFileSync } from "node:fs";
import { plantedBugs } from "../planted/index.ts";
import { runPlanted } from "../planted/run-planted.ts";
import { simulateSeed } from "../simulate-seed.ts";
import {
  joined,
  type LongRun,
  longRunText,
  readLongRun,
  repeatedIn,
  toLongRun,
  writeLongRun,
} from "./long-run.ts";
import { type Options, USAGE } from "./options.ts";
import { failureText, faultsOf, plantedText, totalsText } from "./print.ts";
import { writeProof } from "./proof-document.ts";
import { runSeeds, type Totals } from "./run-seeds.ts";

const ROOT = new URL("../../..", import.meta.url).pathname;

const save = ({ json }: Options, result: unknown): void => {
  if (json !== undefined) writeFileSync(json, `${JSON.stringify(result, undefined, 2)}\n`);
};

async function oneSeed({ from }: Options): Promise<boolean> {
  const report = await simulateSeed(from, { onLine: (line) => console.log(line) });
  console.log(`digest ${report.digest}, ${report.steps} steps, ${faultsOf(report.mishaps)} faults`);
  if (report.violation === undefined) return true;
  console.log(`${report.violation.invariant}: ${report.violation.detail}`);
  return false;
}

/** The seeds that are still to run, and the run that they continue. */
function plan(options: Options): {
  readonly from: number;
  readonly count: number;
  readonly before?: LongRun;
} {
  const before = options.goesOn ? readLongRun() : undefined;
  if (before === undefined) return options;
  const from = before.from + before.seeds;
  return { from, count: Math.max(0, options.count - before.seeds), before };
}

function writeSeeds(run: LongRun): void {
  writeLongRun(run);
  writeProof("seeds", longRunText(run));
}

async function violatedSeeds({ threads }: Options): Promise<boolean> {
  const run = readLongRun();
  if (run === undefined || run.violations.length === 0) {
    console.log("docs/simulation.json has no seed in which something was violated");
    return true;
  }
  const again: LongRun[] = [];
  for (const { seed } of run.violations) {
    const startedAt = performance.now();
    const totals = await runSeeds({ from: seed, count: 1, threads: 1 });
    const seconds = (performance.now() - startedAt) / 1000;
    for (const failure of totals.failures) console.log(`\n${failureText(failure)}\n`);
    console.log(`seed ${seed}: ${totals.failures.length === 0 ? "nothing was violated" : "violated again"}`);
    again.push(toLongRun(totals, { from: seed, seconds, threads }));
  }
  const whole = repeatedIn(run, again);
  writeSeeds(whole);
  return whole.violations.length === 0;
}

async function manySeeds(options: Options): Promise<boolean> {
  const { from, count, before } = plan(options);
  const startedAt = performance.now();
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  let printed = 0;
  const onSeed = (totals: Totals): void => {
    for (const failure of totals.failures.slice(printed)) {
      printed += 1;
      if (printed <= 3) console.log(`\n${failureText(failure)}\n`);
    }
    if (process.stdout.isTTY) {
      process.stdout.write(
        `\r${totals.seeds} seeds, ${totals.failures.length} failed, ${seconds().toFixed(0)} s `,
      );
    }
  };
  const totals = await runSeeds({ ...options, from, count, onSeed });
  if (process.stdout.isTTY) process.stdout.write("\r");
  console.log(totalsText(totals, seconds()));
  if (options.write) {
    const run = toLongRun(totals, { from, seconds: seconds(), threads: options.threads });
    writeSeeds(before === undefined ? run : joined(before, run));
  }
  save(options, {
    ...totals,
    seconds: seconds(),
    failures: totals.failures.map(({ seed, violation }) => ({ seed, violation })),
  });
  return totals.failures.length === 0 && totals.seeds > 0;
}

async function planted(options: Options): Promise<boolean> {
  const found = await runPlanted(ROOT, plantedBugs, {
    seeds: options.count,
    threads: options.threads,
    onFound: ({ bug, seeds, invariant, seconds }) =>
      console.log(
        `${invariant === undefined ? "MISSED" : "found "} ${bug.name} (${seeds} seeds, ${seconds.toFixed(1)} s)`,
      ),
  });
  console.log(`\n${plantedText(found)}`);
  if (options.write) writeProof("planted", plantedText(found));
  save(options, found);
  return found.every(({ invariant }) => invariant !== undefined);
}

/** @returns whether all was as it must be. */
export async function runCommand(options: Options): Promise<boolean> {
  switch (options.what) {
    case "help":
      console.log(USAGE);
      return true;
    case "one-seed":
      return oneSeed(options);
    case "again":
      return violatedSeeds(options);
    case "planted":
      return planted(options);
    case "crash-points": {
      const { crashPoints } = await import("../crash-points/command.ts");
      return crashPoints(options);
    }
    case "seeds":
      return manySeeds(options);
  }
}
