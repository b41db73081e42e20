/**
 * `npm run fuzz`: generated requests against the whole product in one process. It ends with the first 500, the first
 * answer that is not in the contract, a hang, lost money or a finding of the audit, and says how to see it again.
 */
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { FuzzFailure, type FuzzReport, runFuzz } from "../test/contract/matrix/fuzz/run-fuzz.ts";

const DOCUMENT = "docs/fuzz.md";

const usage = `usage: npm run fuzz -- [--calls N] [--seed N] [--json] [--write]

Sends N generated requests (100000 unless told otherwise), good and spoiled ones, to the real handlers of every route,
with relay, consumers, sweep and payers at work in between. The same seed makes the same requests.
--json prints the report as JSON; --write writes ${DOCUMENT}.`;

const byCount = (counts: Readonly<Record<string, number>>): [string, number][] =>
  Object.entries(counts).toSorted(([, a], [, b]) => b - a);

const table = (title: string, counts: readonly (readonly [string, number])[]): string =>
  [`| ${title} | answers |`, "| --- | ---: |", ...counts.map(([name, n]) => `| ${name} | ${n} |`)].join("\n");

function documentOf(report: FuzzReport, seconds: number): string {
  const { seed, calls, statuses, problems, neverGood, slowestMs, items, entries, transfers } = report;
  return `# Fuzzing

Requests are made from the routes' own schemas, half of them valid, half spoiled: wrong types, missing and added
members, numbers at every edge, long and odd text, NUL and lone surrogates, forged cursors, bodies that are not JSON,
wrong headers, keys that come again. Ids of things that exist are mixed in, and many requests come at once or twice.
They go to the real handlers of every route; stream, relay, consumers, sweep and payers work in between.

A run ends at once with a 500, an answer that the route's contract does not name, a body that does not fit its schema,
a call without an answer, two effects of one idempotency key, money that does not sum to zero, a customer below zero,
or a finding of the audit. Continuous integration runs 3,000 calls; this is the last long run:

    npm run fuzz -- --calls ${Math.floor(calls / 1000) * 1000} --seed ${seed} --write

| | |
| --- | ---: |
| seed | ${seed} |
| calls | ${calls} |
| seconds | ${seconds.toFixed(0)} |
| slowest call | ${slowestMs.toFixed(0)} ms |
| routes never answered with what they are for | ${neverGood.length === 0 ? "none" : neverGood.join(", ")} |
| items in the table at the end | ${items} |
| ledger entries, all in balance | ${entries} |
| transfers | ${transfers} |
| audit | clean |

${table("status", Object.entries(statuses))}

${table(
  "problem",
  byCount(problems).map(([code, n]) => [`\`${code}\``, n] as const),
)}
`;
}

const positive = (value: string): number | undefined => {
  const number = Number(value);
  return Number.isSafeInteger(number) && number >= 1 ? number : undefined;
};

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      calls: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
      write: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return;
  }
  const [calls, seed] = [positive(values.calls), positive(values.seed)];
  if (calls === undefined || seed === undefined) {
    console.error(`--calls and --seed are positive integers\n\n${usage}`);
    process.exitCode = 2;
    return;
  }
  const startedAt = performance.now();
  const secondsSoFar = () => (performance.now() - startedAt) / 1000;
  const onProgress = (done: number): void => console.error(`${done} calls, ${secondsSoFar().toFixed(0)} s`);
  try {
    const report = await runFuzz({ seed, calls, now: () => performance.now(), onProgress });
    const seconds = secondsSoFar();
    if (values.json) console.log(JSON.stringify({ ...report, seconds }));
    else console.log(documentOf(report, seconds));
    if (values.write) writeFileSync(DOCUMENT, documentOf(report, seconds));
  } catch (cause) {
    if (!(cause instanceof FuzzFailure)) throw cause;
    console.error(cause.message);
    console.error(cause.cause);
    console.error(`\nAgain: npm run fuzz -- --seed ${seed} --calls ${calls}`);
    process.exitCode = 1;
  }
}

await main();
