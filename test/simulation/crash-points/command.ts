/** `--crash-points`: runs them all and prints a table. */
import { createPool } from "../runner/pool.ts";
import { writeProof } from "../runner/proof-document.ts";
import { crashAll, type FlowResult } from "./crash-all.ts";

export const crashTable = (results: readonly FlowResult[]): string => {
  const sum = (count: (result: FlowResult) => number): number =>
    results.reduce((total, result) => total + count(result), 0);
  const row = (name: string, awaits: number, runs: number, failed: number): string =>
    `| ${name} | ${awaits} | ${runs} | ${failed === 0 ? "well" : `${failed} failed`} |`;
  return [
    "| flow | awaits | runs | result |",
    "| --- | --- | --- | --- |",
    ...results.map(({ flow, awaits, runs, failures }) => row(flow, awaits, runs, failures.length)),
    row(
      "all",
      sum(({ awaits }) => awaits),
      sum(({ runs }) => runs),
      sum(({ failures }) => failures.length),
    ),
  ].join("\n");
};

/** @returns whether every flow came through every crash. */
export async function crashPoints({
  threads,
  write,
}: {
  readonly threads: number;
  readonly write: boolean;
}): Promise<boolean> {
  const startedAt = performance.now();
  const pool = createPool(threads);
  try {
    const results = await crashAll(pool, ({ flow, failures }) => {
      for (const { at, mode, detail, tail, await: name } of failures.slice(0, 2)) {
        console.log(
          `${flow}: ${mode} await ${at} (${name})\n  ${detail}\n  ${tail.slice(-25).join("\n  ")}\n`,
        );
      }
    });
    console.log(crashTable(results));
    if (write) writeProof("crash-points", crashTable(results));
    console.log(`${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
    return results.every(({ failures }) => failures.length === 0);
  } finally {
    await pool.close();
  }
}
