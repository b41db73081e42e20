/** The table of cold starts, as text and as a section of `docs/performance.md`. */
import { arch, availableParallelism, platform } from "node:os";
import { SIZE_LIMIT_BYTES, sizeReasons } from "../size-reasons.ts";
import { type Column, markdownTable, textTable } from "../tables.ts";
import type { ColdFunction, ColdReport } from "./measure.ts";

type Row = Pick<ColdFunction, "bytes" | "initMs" | "peakMb"> & {
  readonly function: string;
  readonly overBareMs: number;
  readonly reason: string;
};

const rowsOf = ({ bare, functions }: ColdReport): readonly Row[] => [
  { function: "(bare handler)", bytes: 0, ...bare, overBareMs: 0, reason: "" },
  ...functions.map((one) => ({
    ...one,
    overBareMs: one.initMs - bare.initMs,
    reason: one.bytes > SIZE_LIMIT_BYTES ? (sizeReasons[one.function] ?? "none given") : "",
  })),
];

const columns: readonly Column<Row>[] = [
  { title: "function", of: (row) => row.function },
  { title: "KB minified", of: ({ bytes }) => (bytes / 1000).toFixed(0), right: true },
  { title: "init ms", of: ({ initMs }) => initMs.toFixed(0), right: true },
  { title: "ms over bare", of: ({ overBareMs }) => overBareMs.toFixed(0), right: true },
  { title: "MB", of: ({ peakMb }) => peakMb.toFixed(0), right: true },
  { title: "reason", of: ({ reason }) => reason },
];

export const coldText = (report: ColdReport): string => textTable(columns, rowsOf(report));

/** One object a line. */
export const coldJson = ({ functions }: ColdReport): string =>
  functions
    .map(({ function: name, bytes, initMs }) =>
      JSON.stringify({ function: name, bytes, initMs: Math.round(initMs * 10) / 10 }),
    )
    .join("\n");

export const coldMarkdown = (report: ColdReport, runs: number): string => `## Cold starts

    npm run bench:cold -- --write     writes this section
    npm run bench:cold -- --runs 15   takes its time

${markdownTable(columns, rowsOf(report))}

Each function is bundled as it is deployed and imported by fresh processes with the deployed environment: the median of
${runs} starts, in turns with a handler that does nothing, without a network. Measured on ${availableParallelism()} cores (${platform()} ${arch()}) with
Node ${process.versions.node}; a Lambda function with less than 1,769 MB has less than one core, so it takes longer there. MB is the most
memory the process had, Node's own included. A function above ${SIZE_LIMIT_BYTES / 1000} KB needs a reason in \`bench/size-reasons.ts\`.
`;
