/** `npm run bench:growth`: what the main actions cost, and how long they take, as people and entries grow. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { runBench } from "./bench-command.ts";
import { measureGrowth } from "./growth/measure.ts";
import { growthJson, growthMarkdown, growthSvg, growthText } from "./growth/table.ts";
import { thisMachine } from "./machine.ts";

const SIZES = [100, 1_000, 10_000];
const CALLS = 300;
const ROUNDS = 5;

const usage = `usage: npm run bench:growth [-- OPTION ...]

Fills a table with more and more people and entries, and measures a transfer, the wallet, a page of entries, of the
feed and of notifications at each size: units, requests, CPU time, latency. Each person has ten entries.

  --sizes N,N   numbers of people, ${SIZES.join(",")} unless told otherwise; 100000 more take ten to twenty minutes and 5 GB
  --calls N     calls of each action at each size, ${CALLS} unless told otherwise
  --rounds N    rounds that the calls are made in, of which the median counts, ${ROUNDS} unless told otherwise
  --json        one object a line
  --write       writes the table into docs/performance.md and the chart into docs/growth.svg
  --help        this`;

const chart = join(import.meta.dirname, "../docs/growth.svg");

await runBench({
  name: "bench:growth",
  usage,
  options: { numbers: { calls: CALLS, rounds: ROUNDS }, lists: { sizes: SIZES } },
  measure: async ({ number, list }) => {
    const machine = thisMachine();
    const sizes = list("sizes").toSorted((a, b) => a - b);
    const options = { calls: number("calls"), rounds: number("rounds") };
    return { ...(await measureGrowth({ sizes, ...options, audit: true })), machine, ...options };
  },
  text: growthText,
  json: growthJson,
  markdown: growthMarkdown,
  writeMore: (report) => writeFileSync(chart, growthSvg(report)),
});
