/** The cold start of every function, and of a handler that does nothing, measured in turns in one run. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleFunction, repositoryRoot } from "../../infra/constructs/bundle.ts";
import { type FunctionName, functionNames } from "../../infra/functions.ts";
import { median } from "../tables.ts";
import { coldEnvironment } from "./environment.ts";
import { type ColdStart, coldStart, startWithoutNetwork } from "./start.ts";

export type ColdFunction = ColdStart & { readonly function: FunctionName; readonly bytes: number };
export type ColdReport = { readonly bare: ColdStart; readonly functions: readonly ColdFunction[] };

type Subject = {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly starts: ColdStart[];
};

const subject = (directory: string, environment: Readonly<Record<string, string>>): Subject => ({
  directory,
  environment,
  starts: [],
});

const medianOf = ({ starts }: Subject): ColdStart => ({
  initMs: median(starts.map(({ initMs }) => initMs)),
  peakMb: median(starts.map(({ peakMb }) => peakMb)),
});

/**
 * Each function is started once before, without a network, which also brings its file into the disk's cache; then
 * every round starts each once, so that whatever else the machine does falls on all alike.
 * @throws Error when a bundle does not build or start, or reaches for the network at init.
 */
export async function measureCold(runs: number): Promise<ColdReport> {
  const scratch = mkdtempSync(join(tmpdir(), "kith-cold-"));
  try {
    writeFileSync(join(scratch, "index.mjs"), "export const handler=async()=>({});");
    const bare = subject(scratch, {});
    const functions = functionNames.map((name) => {
      const { directory, bytes } = bundleFunction(name, repositoryRoot, scratch);
      return { name, bytes, ...subject(directory, coldEnvironment(name)) };
    });
    const everyone: readonly Subject[] = [bare, ...functions];
    for (const { directory, environment } of everyone) await startWithoutNetwork(directory, environment);
    for (let round = 0; round < runs; round += 1)
      for (const one of everyone) one.starts.push(await coldStart(one.directory, one.environment));
    return {
      bare: medianOf(bare),
      functions: functions.map((one) => ({ function: one.name, bytes: one.bytes, ...medianOf(one) })),
    };
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
