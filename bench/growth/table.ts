/** What growth does to each action, as text, as a section of `docs/performance.md` and as a chart. */
import { toSvg } from "../chart.ts";
import { inWords, type Machine } from "../machine.ts";
import { type Column, markdownTable, median, textTable, withSpread } from "../tables.ts";
import type { GrowthReport, Point } from "./measure.ts";

export type MeasuredGrowth = GrowthReport & {
  readonly machine: Machine;
  readonly calls: number;
  readonly rounds: number;
};

type Row = { readonly action: string; readonly points: readonly Point[] };

const rowsOf = ({ points }: GrowthReport): readonly Row[] =>
  [...Map.groupBy(points, ({ action }) => action)].map(([action, own]) => ({ action, points: own }));

const plain = (value: number): string => String(Math.round(value * 100) / 100);

const cost = ({ writeUnits, readUnits, requests }: Point): string =>
  `${plain(writeUnits)} / ${plain(readUnits)} / ${plain(requests)}`;

const inThousands = (count: number): string => count.toLocaleString("en");

/** CPU time on the table as it grew, as a multiple of that on the other, round by round. */
const ratios = ({ cpuMs, aloneCpuMs }: Point): readonly number[] =>
  cpuMs.map((own, round) => own / (aloneCpuMs[round] ?? own));

/** One cost where it is the same at every size, else from the smallest to the largest. */
const costs = ({ points }: Row): string => [...new Set(points.map(cost))].join(" → ");

const columnsFor = (rows: readonly Row[]): readonly Column<Row>[] => {
  const sizes = rows[0]?.points.map(({ people }) => people) ?? [];
  return [
    { title: "action", of: ({ action }) => action },
    { title: "write / read units / requests", of: costs },
    {
      title: "CPU ms alone",
      of: ({ points }) => median(points.flatMap(({ aloneCpuMs }) => aloneCpuMs)).toFixed(1),
      right: true,
    },
    ...sizes.map(
      (size, index): Column<Row> => ({
        title: `× at ${inThousands(size)}`,
        of: ({ points }) => {
          const point = points[index];
          return point === undefined ? "" : withSpread(ratios(point), 2);
        },
        right: true,
      }),
    ),
    ...sizes.map(
      (size, index): Column<Row> => ({
        title: `p50 / p99 ms at ${inThousands(size)}`,
        of: ({ points }) =>
          `${(points[index]?.p50Ms ?? 0).toFixed(1)} / ${(points[index]?.p99Ms ?? 0).toFixed(1)}`,
        right: true,
      }),
    ),
  ];
};

export function growthText(report: GrowthReport): string {
  const rows = rowsOf(report);
  return textTable(columnsFor(rows), rows);
}

/** One object a line. */
export const growthJson = ({ points }: GrowthReport): string =>
  points.map((point) => JSON.stringify(point)).join("\n");

/** How many times the CPU time, by the number of people. */
export const growthSvg = (report: GrowthReport): string =>
  toSvg({
    title: "CPU time of an action as the table grows",
    xTitle: "people",
    yTitle: "times that of the same action without the crowd",
    series: rowsOf(report).map(({ action, points }) => ({
      name: action,
      points: points.map((point) => [point.people, median(ratios(point))] as const),
    })),
  });

export function growthMarkdown(report: MeasuredGrowth): string {
  const rows = rowsOf(report);
  const largest = report.points.at(-1);
  return `## Growth

    npm run bench:growth -- --write                                      writes this section, up to 10,000 people
    npm run bench:growth -- --sizes 100,1000,10000,100000 --write        up to 100,000 people, 1,000,000 entries

${markdownTable(columnsFor(rows), rows)}

![CPU time of an action as the table grows](growth.svg)

The same people do the same things while the crowd around them grows: at the end ${inThousands(largest?.people ?? 0)} people with
${inThousands(largest?.entries ?? 0)} entries and ${inThousands(report.items)} items, in ${report.seconds.toFixed(0)} s. Each who is measured has 25 posts,
25 notifications and more entries than a page; a quarter of the crowd's transfers go to one person, the busiest, whose own
chain grows with it. *×* is the CPU time of a call as a multiple of that of the same call on a second table that nobody
joins, measured in turns in the same run: the median of ${report.rounds} rounds, in brackets the least and the most. In process over the
embedded engine in memory, ${report.calls} calls of each action at each size, from the gateway's event to the reply, the engine's
part with it; p50 and p99 are of the table that grows. The crowd is written in bulk, every entry decided by the ledger's
own core, and an audit of the largest table from end to end is clean.

${inWords(report.machine)}
`;
}
