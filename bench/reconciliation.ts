/** `node bench/reconciliation.ts`: reconciles a large statement over the embedded engine and says what it took. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { reconcileBigStatement } from "../test/builders/big-statement.ts";
import { failWith } from "./command.ts";

const usage = `usage: node bench/reconciliation.ts [--lines 100000] [--write]

A day of so many payments, one line of its statement in a hundred wrong. Prints what was found, the growth of the heap
and the time. --write keeps it in docs/reconciliation.json.`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      lines: { type: "string", default: "100000" },
      write: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (values.help === true) {
    console.log(usage);
    return;
  }
  const payments = Number(values.lines);
  const { run, expected, late, heapGrowthBytes, seconds } = await reconcileBigStatement(payments);
  const found = run.counts.exceptions;
  const kinds = new Set([...Object.keys(found), ...Object.keys(expected)]) as Set<keyof typeof expected>;
  const result = {
    payments,
    lines: run.counts.lines,
    entries: run.counts.entries,
    found,
    planted: expected,
    late: { found: run.counts.elsewhere, planted: late },
    allFoundAndNoOther: [...kinds].every((kind) => found[kind] === expected[kind]),
    heapGrowthMiB: Math.round(heapGrowthBytes / 1024 / 1024),
    seconds: Math.round(seconds * 10) / 10,
  };
  const text = `${JSON.stringify(result, undefined, 2)}\n`;
  console.log(text);
  if (values.write === true) writeFileSync(join(import.meta.dirname, "../docs/reconciliation.json"), text);
  if (!result.allFoundAndNoOther) process.exitCode = 1;
}

await main().catch(failWith(usage));
