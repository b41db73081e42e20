/** Every flow of money with a crash at every await, in every mode. */
import type { Pool } from "../runner/pool.ts";
import type { CrashReport } from "./crash-flow.ts";
import { moneyFlows } from "./money-flows.ts";
import { type CrashMode, crashModes } from "./point-chaos.ts";

export type FlowResult = {
  readonly flow: string;
  readonly awaits: number;
  readonly runs: number;
  readonly failures: readonly Failure[];
};

export type Failure = {
  readonly at: number;
  readonly await: string;
  readonly mode: CrashMode;
  readonly detail: string;
  readonly tail: readonly string[];
};

const failureOf = (
  report: CrashReport,
  calm: CrashReport,
  at: number,
  mode: CrashMode,
): Failure | undefined => {
  const detail =
    report.violation ??
    (report.money === calm.money
      ? undefined
      : `the money is elsewhere:\n${report.money}\nnot\n${calm.money}`);
  return detail === undefined
    ? undefined
    : { at, await: report.awaits[at - 1] ?? "", mode, detail, tail: report.tail };
};

async function crashEverywhere(flow: string, pool: Pool): Promise<FlowResult> {
  const calm = await pool.crash(flow, undefined);
  if (calm.violation !== undefined)
    throw new Error(`${flow}, undisturbed: ${calm.violation}\n${calm.tail.join("\n")}`);
  if (calm.awaits.length === 0) throw new Error(`${flow} waits for nothing`);
  const points = calm.awaits.flatMap((_, index) => crashModes.map((mode) => ({ at: index + 1, mode })));
  const failures = await Promise.all(
    points.map(async ({ at, mode }) => failureOf(await pool.crash(flow, { at, mode }), calm, at, mode)),
  );
  return {
    flow,
    awaits: calm.awaits.length,
    runs: points.length,
    failures: failures.filter((failure) => failure !== undefined),
  };
}

/** @throws Error when a flow is not well even undisturbed. */
export const crashAll = (
  pool: Pool,
  onFlow: (result: FlowResult) => void = () => {},
): Promise<readonly FlowResult[]> =>
  Promise.all(
    moneyFlows.map(async ({ name }) => {
      const result = await crashEverywhere(name, pool);
      onFlow(result);
      return result;
    }),
  );
