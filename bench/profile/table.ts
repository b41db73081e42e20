/** Where the time of one transfer goes, as text and as a section of `docs/performance.md`. */
import { inWords, type Machine } from "../machine.ts";
import { type Column, markdownTable, median, textTable } from "../tables.ts";
import type { ProfileReport } from "./report.ts";
import { ENGINE } from "./shares.ts";

export type MeasuredProfile = ProfileReport & { readonly machine: Machine };

type Row = { readonly part: string; readonly ms: number; readonly share: number | undefined };

const engineShare = ({ shares }: ProfileReport): number =>
  shares.find(({ part }) => part === ENGINE)?.fraction ?? 0;

const TOKEN = "beside these, once a minute for each token: verifying it";

/** CPU milliseconds of one transfer without the engine: in the best round, and in the median one. */
export function codeMs(report: ProfileReport): { readonly best: number; readonly usual: number } {
  const code = 1 - engineShare(report);
  return { best: Math.min(...report.cpuMs) * code, usual: median(report.cpuMs) * code };
}

function rowsOf(report: MeasuredProfile): readonly Row[] {
  const best = Math.min(...report.cpuMs);
  const engine = engineShare(report);
  const others = report.shares.filter(({ part }) => part !== ENGINE);
  return [
    { part: "**all but the engine**", ms: best * (1 - engine), share: 1 },
    ...others.map(({ part, fraction }) => ({ part, ms: best * fraction, share: fraction / (1 - engine) })),
    { part: ENGINE, ms: best * engine, share: undefined },
    { part: TOKEN, ms: Math.min(...report.tokenMs), share: undefined },
  ];
}

const columns: readonly Column<Row>[] = [
  { title: "part", of: ({ part }) => part },
  { title: "CPU ms", of: ({ ms }) => ms.toFixed(2), right: true },
  {
    title: "share",
    of: ({ share }) => (share === undefined ? "" : `${(share * 100).toFixed(0)} %`),
    right: true,
  },
];

export const profileText = (report: MeasuredProfile): string =>
  textTable(columns, rowsOf(report)).replaceAll("**", "  ");

/** One object. */
export const profileJson = (report: MeasuredProfile): string =>
  JSON.stringify({
    codeMs: codeMs(report),
    cpuMs: report.cpuMs,
    tokenMs: report.tokenMs,
    traffic: report.traffic,
    shares: report.shares,
  });

const times = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

const traffic = ({ traffic: { reads, writes, roundTrips } }: ProfileReport): string =>
  `${times(reads, "read")} and ${times(writes, "write")} in ${times(roundTrips, "round trip")}`;

export const profileMarkdown = (report: MeasuredProfile): string => `## One transfer

    npm run bench:profile -- --write     writes this section

${markdownTable(columns, rowsOf(report))}

CPU time of \`POST /v1/transfers\` in its Lambda handler, from the gateway's event to the reply, one after the other on one
thread, compiled and warm: the best of ${report.cpuMs.length} rounds of ${report.perRound}, since other work on the machine only adds to it
(${codeMs(report).usual.toFixed(2)} ms in the median round). The shares are those of a CPU profile of the same loop; what Node does for a library
(hashes, signatures, JSON) counts as the library's. Counted in the same run, a transfer makes ${traffic(report)}.
A verified token is remembered for a minute: whether its session was revoked is asked at every request all the same.

${inWords(report.machine)}
`;
