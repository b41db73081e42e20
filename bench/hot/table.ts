/** Throughput where many meet on one chain, as text and as a section of `docs/performance.md`. */
import { inWords, type Machine } from "../machine.ts";
import { type Column, markdownTable, textTable, withSpread } from "../tables.ts";
import type { HotResult } from "./measure.ts";

export type HotReport = {
  readonly machine: Machine;
  readonly results: readonly HotResult[];
  readonly rounds: number;
  readonly payers: number;
  readonly seconds: number;
  readonly readDelayMs: number;
  readonly writeDelayMs: number;
};

/** All rounds of one case. */
type Row = { readonly what: string; readonly chains: number; readonly rounds: readonly HotResult[] };

const rowsOf = ({ results }: HotReport): readonly Row[] =>
  [...Map.groupBy(results, ({ what, chains }) => `${what} ${chains}`).values()].flatMap((rounds) =>
    rounds.slice(0, 1).map(({ what, chains }) => ({ what, chains, rounds })),
  );

const spread = (title: string, value: (result: HotResult) => number, digits = 0): Column<Row> => ({
  title,
  of: ({ rounds }) => withSpread(rounds.map(value), digits),
  right: true,
});

const columns: readonly Column<Row>[] = [
  { title: "what", of: ({ what }) => what },
  { title: "chains", of: ({ chains }) => String(chains), right: true },
  spread("a second", ({ perSecond }) => perSecond),
  spread("p50 ms", ({ p50Ms }) => p50Ms),
  spread("p99 ms", ({ p99Ms }) => p99Ms),
  spread("lost races each", ({ conflictsEach }) => conflictsEach, 1),
  spread("given up %", ({ busy, count }) => (100 * busy) / Math.max(1, busy + count), 1),
];

export const hotText = (report: HotReport): string => textTable(columns, rowsOf(report));

/** One object a line. */
export const hotJson = ({ results }: HotReport): string =>
  results.map((result) => JSON.stringify(result)).join("\n");

export const hotMarkdown = (report: HotReport): string => `## Hot accounts

    npm run bench:hot -- --write     writes this section

${markdownTable(columns, rowsOf(report))}

${report.payers} payers at once, each paying again as soon as the last payment is through, for ${report.seconds} seconds; the median of ${report.rounds} rounds,
in brackets the least and the most. Every payment has two chains: the payer's own, and one that all share. Top-ups come
from the channel's clearing account, which is split into as many chains as \`ledgerShards.clearing\` says (4 at the stages
\`local\` and \`dev\`, 8 at \`prod\`), chosen by the transfer's id. A person has one chain and no lanes: the last row is what
that one chain carries, and more than that waits or gets 503. *Lost races* are commits that read again because another was
faster; *given up* are those that lost too often in a row and answered 503 with \`Retry-After\`, with nothing written. In
process over the embedded engine in memory, with answers delayed as by a network: ${report.readDelayMs} ms for a read and ${report.writeDelayMs} ms for a
transaction, about what DynamoDB takes within a region.

${inWords(report.machine)}
`;
