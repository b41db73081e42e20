/** The table of throughput, as text and as a section of `docs/performance.md`. */
import { inWords } from "../machine.ts";
import { type Column, markdownTable, median, textTable, withSpread } from "../tables.ts";
import type { Round, ThroughputReport } from "./measure.ts";

/** All rounds of one number of clients. */
type Row = { readonly clients: number; readonly rounds: readonly Round[] };

const rowsOf = ({ rounds }: ThroughputReport): readonly Row[] =>
  [...Map.groupBy(rounds, ({ clients }) => clients)].map(([clients, own]) => ({ clients, rounds: own }));

const spreadOf =
  (value: (round: Round) => number, digits = 0) =>
  ({ rounds }: Row): string =>
    withSpread(rounds.map(value), digits);

/** PostgreSQL's transfers a second, and how many times as many as here, round by round. */
const beside =
  (mode: "forced" | "handed") =>
  ({ rounds }: Row): string => {
    const pairs = rounds.flatMap(({ perSecond, postgres }) =>
      postgres === undefined ? [] : [{ theirs: postgres[mode], ours: perSecond }],
    );
    if (pairs.length === 0) return "not installed";
    const times = median(pairs.map(({ theirs, ours }) => theirs / ours));
    return `${median(pairs.map(({ theirs }) => theirs)).toFixed(0)} (1 : ${times.toFixed(1)})`;
  };

const columns: readonly Column<Row>[] = [
  { title: "clients", of: ({ clients }) => String(clients), right: true },
  { title: "a second", of: spreadOf(({ perSecond }) => perSecond), right: true },
  { title: "p50 ms", of: spreadOf(({ p50Ms }) => p50Ms), right: true },
  { title: "p99 ms", of: spreadOf(({ p99Ms }) => p99Ms), right: true },
  { title: "CPU ms each", of: spreadOf(({ cpuMsEach }) => cpuMsEach, 1), right: true },
  { title: "cores it got", of: spreadOf(({ coresUsed }) => coresUsed, 1), right: true },
  { title: "events done after s", of: spreadOf(({ settledSeconds }) => settledSeconds), right: true },
  { title: "PostgreSQL, fsync on", of: beside("forced"), right: true },
  { title: "PostgreSQL, fsync off", of: beside("handed"), right: true },
];

export const throughputText = (report: ThroughputReport): string => textTable(columns, rowsOf(report));

/** One object a line: each number of clients in each round. */
export const throughputJson = ({ rounds }: ThroughputReport): string =>
  rounds.map((round) => JSON.stringify(round)).join("\n");

export const throughputMarkdown = (report: ThroughputReport): string => `## Throughput

    npm run bench:throughput -- --write          writes this section
    npm run bench:throughput -- --seconds 30     takes its time

${markdownTable(columns, rowsOf(report))}

The median of ${rowsOf(report)[0]?.rounds.length ?? 0} rounds, in brackets the least and the most; in each round every number of clients has its turn, and
PostgreSQL right after it. One client is one payer with one payee, on one connection that stays open, sending
\`POST /v1/transfers\` one after the other for ${report.seconds} seconds; the clients run in a process of their own, on the same cores.
Before the first round ${report.warmupSeconds} seconds under the load of the most clients are not counted: V8 compiles what each worker runs.
No two clients share a chain: a shared one is what \`bench:hot\` measures. *CPU ms each* is the processor time of cloud and
clients for one transfer, *cores it got* what was left to them by whatever else ran.

Left is the local cloud as \`npm start\` runs it, without its limits on requests a second (1,000 for the API, 500 for
this route): HTTP, the gateway's check of the token, a worker for each invocation with the deployed bundle, which checks
the token again, the SDK's signed requests to the engine (over a message port, not a socket: ADR 8), the IAM statements of the function's role, three items in one
transaction. What follows from each event (relay, feed, referrals, notifications) gives way to requests here, where all
share the same processors: it gets a tenth of the time, and the rest is done afterwards. An acknowledged transfer
survives a kill of the process. The run ends with an audit of the whole table, which must be clean.

Right is a PostgreSQL of the bench's own${report.postgresVersion === undefined ? "" : ` (${report.postgresVersion})`}, from pgbench on a socket: two accounts locked with
\`SELECT … FOR UPDATE\`, a transfer, two entries, two balances, one transaction. Nothing else: no HTTP, no tokens, no
permissions, no events, no chained history. The ratio therefore says what everything around the money costs on one
machine, not which store is faster. With \`fsync\` off a commit survives a kill of the process and not a power cut, as
here; on is PostgreSQL's default. At AWS the functions do not share a few cores, and DynamoDB has no single machine to fill.

${inWords(report.machine)}
`;
