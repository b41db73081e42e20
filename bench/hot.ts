/** `npm run bench:hot`: how many payments a second many payers get through to one account, by its number of chains. */
import { runBench } from "./bench-command.ts";
import { type HotCase, measureHot } from "./hot/measure.ts";
import { hotJson, hotMarkdown, hotText } from "./hot/table.ts";
import { thisMachine } from "./machine.ts";

const CASES: readonly HotCase[] = [
  { what: "top-ups", chains: 1 },
  { what: "top-ups", chains: 4 },
  { what: "top-ups", chains: 16 },
  { what: "one popular person", chains: 1 },
];
const PAYERS = 32;
const SECONDS = 5;
const ROUNDS = 3;
const DELAYS = { readDelayMs: 4, writeDelayMs: 10 };

const usage = `usage: npm run bench:hot [-- OPTION ...]

Lets many payers pay at once: top-ups over ${CASES.slice(0, 3)
  .map(({ chains }) => chains)
  .join(", ")} chains of the clearing account, and payments to one person.

  --json        one object a line
  --payers N    in flight at any time, ${PAYERS} unless told otherwise
  --rounds N    rounds, of which the median counts, ${ROUNDS} unless told otherwise
  --seconds N   for each row in a round, ${SECONDS} unless told otherwise
  --write       writes the table into docs/performance.md
  --help        this`;

await runBench({
  name: "bench:hot",
  usage,
  options: { numbers: { payers: PAYERS, rounds: ROUNDS, seconds: SECONDS } },
  measure: async ({ number }) => {
    const machine = thisMachine();
    const chosen = { payers: number("payers"), rounds: number("rounds"), seconds: number("seconds") };
    const options = { ...chosen, ...DELAYS };
    return { machine, ...options, results: await measureHot({ cases: CASES, ...options }) };
  },
  text: hotText,
  json: hotJson,
  markdown: hotMarkdown,
});
