/**
 * `npm test`: everything that CI runs, in one go. Static checks first, as they are quick; all of them are run before it
 * gives up, so that one run shows everything. Ends with the number of tests that ran.
 */
import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";

const REPORT = ".build/test-report.json";

type Step = { readonly name: string; readonly command: string; readonly args: readonly string[] };

const steps: readonly Step[] = [
  { name: "format and lint", command: "biome", args: ["ci", "--error-on-warnings", "."] },
  { name: "types", command: "tsc", args: ["--noEmit"] },
  {
    name: "dependency rule",
    command: "depcruise",
    args: [
      "--config",
      ".dependency-cruiser.mjs",
      "--output-type",
      "err",
      "shared",
      "functions",
      "infra",
      "local",
    ],
  },
  { name: "API document", command: "node", args: ["scripts/openapi.ts", "--check"] },
  {
    name: "tests",
    command: "vitest",
    args: ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${REPORT}`],
  },
];

const run = ({ command, args }: Step, extra: readonly string[]): Promise<number> =>
  new Promise((resolve) => {
    const child = spawn(command, [...args, ...extra], { stdio: "inherit" });
    child.once("error", (cause) => {
      console.error(cause.message);
      resolve(1);
    });
    child.once("exit", (code) => resolve(code ?? 1));
  });

type Report = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
};

const printCount = (): void => {
  try {
    const report: Report = JSON.parse(readFileSync(REPORT, "utf8"));
    console.log(
      `${report.numPassedTests} passed, ${report.numFailedTests} failed, ${report.numPendingTests} skipped`,
    );
  } catch {
    console.log("0 passed, 1 failed, 0 skipped");
    process.exitCode = 1;
  }
};

async function main(args: readonly string[]): Promise<void> {
  if (args.includes("--help")) {
    console.log(
      "usage: npm test [-- FILTER ...]\n\nRuns format, lint, types, dependency rule, API document and all tests.\nWith filters only the tests whose path contains one of them.",
    );
    return;
  }
  mkdirSync(".build", { recursive: true });
  rmSync(REPORT, { force: true });
  const failed: string[] = [];
  for (const step of args.length > 0 ? steps.slice(-1) : steps) {
    const startedAt = Date.now();
    const code = await run(step, step.command === "vitest" ? args : []);
    console.log(
      `${code === 0 ? "ok    " : "FAILED"} ${step.name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`,
    );
    if (code !== 0) failed.push(step.name);
  }
  if (failed.length > 0) {
    console.error(`Failed: ${failed.join(", ")}`);
    process.exitCode = 1;
  }
  printCount();
}

await main(process.argv.slice(2));
