/** `npm run bench:profile`: the CPU time of one transfer, and whose code takes it. */
import { runBench } from "./bench-command.ts";
import { thisMachine } from "./machine.ts";
import { profileTransfers } from "./profile/run.ts";
import { profileJson, profileMarkdown, profileText } from "./profile/table.ts";

const ROUNDS = 20;
const PER_ROUND = 300;

const usage = `usage: npm run bench:profile [-- OPTION ...]

Runs the handler of POST /v1/transfers over the embedded engine in memory, and prints the CPU time of one transfer,
the engine's apart, with the share of every library.

  --json          one object
  --rounds N      rounds, of which the best counts, ${ROUNDS} unless told otherwise
  --per-round N   transfers a round, ${PER_ROUND} unless told otherwise
  --write         writes the table into docs/performance.md
  --help          this`;

await runBench({
  name: "bench:profile",
  usage,
  options: { numbers: { rounds: ROUNDS, "per-round": PER_ROUND } },
  measure: async ({ number }) => {
    const machine = thisMachine();
    const report = await profileTransfers({ rounds: number("rounds"), perRound: number("per-round") });
    return { ...report, machine };
  },
  text: profileText,
  json: profileJson,
  markdown: profileMarkdown,
});
