/** `npm run bench:cold`: how large every function is, and how long and how much memory it takes to start. */
import { parseArgs } from "node:util";
import { measureCold } from "./cold/measure.ts";
import { coldJson, coldMarkdown, coldText } from "./cold/table.ts";
import { failWith } from "./command.ts";
import { writePerformanceSection } from "./section.ts";
import { sizeComplaints } from "./size-reasons.ts";

const RUNS = 7;

const usage = `usage: npm run bench:cold [-- OPTION ...]

Bundles every function as it is deployed, starts each in fresh processes, and prints its size, the median time of its
init and its peak memory, beside a handler that does nothing. Fails when a bundle is too large without a reason.

  --json     one object a line: {"function","bytes","initMs"}
  --runs N   starts of each function, ${RUNS} unless told otherwise
  --write    writes the table into docs/performance.md
  --help     this`;

function runsOf(text: string | undefined): number {
  const runs = text === undefined ? RUNS : Number(text);
  if (!Number.isInteger(runs) || runs < 1)
    throw new Error(`--runs takes a whole number from 1 on, not ${text}`);
  return runs;
}

async function main(): Promise<void> {
  const { values: wanted } = parseArgs({
    options: {
      json: { type: "boolean" },
      runs: { type: "string" },
      write: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (wanted.help === true) {
    console.log(usage);
    return;
  }
  const runs = runsOf(wanted.runs);
  const report = await measureCold(runs);
  console.log(wanted.json === true ? coldJson(report) : coldText(report));
  if (wanted.write === true) writePerformanceSection("bench:cold", coldMarkdown(report, runs));
  const complaints = sizeComplaints(report.functions);
  for (const complaint of complaints) console.error(complaint);
  if (complaints.length > 0) process.exitCode = 1;
}

await main().catch(failWith(usage));
