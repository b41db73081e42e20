/** `npm run bench:cost`: what every route and every worker costs. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureActions } from "./actions.ts";
import { failWith } from "./command.ts";
import { costJson, costMarkdown, costText, dearerThan, parseCostMarkdown } from "./cost-table.ts";

const usage = `usage: npm run bench:cost [-- OPTION ...]

Runs every route of the API and every worker once, warm, over the embedded engine, and prints what each costs:
write and read units of the table, requests to it, and dollars for a million.

  --json    one object a line: {"action","writeUnits","readUnits","requests"}
  --write   writes docs/prices.md
  --check   fails when an action got dearer than docs/prices.md says
  --help    this`;

const file = join(import.meta.dirname, "../docs/prices.md");

async function main(): Promise<void> {
  const { values: wanted } = parseArgs({
    options: {
      json: { type: "boolean" },
      write: { type: "boolean" },
      check: { type: "boolean" },
      help: { type: "boolean" },
    },
  });
  if (wanted.help === true) {
    console.log(usage);
    return;
  }
  const actions = await measureActions();
  console.log(wanted.json === true ? costJson(actions) : costText(actions));
  if (wanted.check === true) {
    const complaints = dearerThan(parseCostMarkdown(readFileSync(file, "utf8")), actions);
    for (const complaint of complaints) console.error(complaint);
    if (complaints.length > 0) process.exitCode = 1;
  }
  if (wanted.write === true) writeFileSync(file, costMarkdown(actions));
}

await main().catch(failWith(usage));
