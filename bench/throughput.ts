/** `npm run bench:throughput`: transfers a second through the local cloud over HTTP, beside PostgreSQL. */
import { runBench } from "./bench-command.ts";
import { localAssembly } from "./throughput/assembly.ts";
import { measureThroughput } from "./throughput/measure.ts";
import { findPostgres } from "./throughput/postgres-cluster.ts";
import { throughputJson, throughputMarkdown, throughputText } from "./throughput/report.ts";

const CLIENTS = [1, 16, 64];
const ROUNDS = 3;
const SECONDS = 10;
/** Each worker of a function compiles its hot code by itself, after thousands of calls. */
const WARMUP_SECONDS = 120;
const LIMIT = 50_000;

const usage = `usage: npm run bench:throughput [-- OPTION ...]

Starts a local cloud of its own, and puts POST /v1/transfers under load, number of clients by number of clients; after
each the same money on a PostgreSQL of its own, where one is installed. Prints transfers a second, p50 and p99.

  --clients N,N   numbers of clients, ${CLIENTS.join(",")} unless told otherwise
  --rounds N      rounds, of which the median counts, ${ROUNDS} unless told otherwise
  --seconds N     how long each number of clients sends in a round, ${SECONDS} unless told otherwise
  --warmup N      seconds before the first round, not counted, ${WARMUP_SECONDS} unless told otherwise
  --limit N       transfers at most for each number of clients in a round, ${LIMIT} unless told otherwise
  --json          one object a line
  --write         writes the table into docs/performance.md
  --help          this`;

await runBench({
  name: "bench:throughput",
  usage,
  options: {
    numbers: { rounds: ROUNDS, seconds: SECONDS, warmup: WARMUP_SECONDS, limit: LIMIT },
    lists: { clients: CLIENTS },
  },
  measure: async ({ number, list }) => {
    const options = {
      clients: list("clients"),
      rounds: number("rounds"),
      seconds: number("seconds"),
      warmupSeconds: number("warmup"),
      limit: number("limit"),
    };
    return measureThroughput(await localAssembly(), options, findPostgres());
  },
  text: throughputText,
  json: throughputJson,
  markdown: throughputMarkdown,
});
