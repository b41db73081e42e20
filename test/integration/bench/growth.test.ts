/** Growth at a tiny size, and the chart and the sections that benches write. */
import { beforeAll, describe, expect, it } from "vitest";
import { toSvg } from "../../../bench/chart.ts";
import { type GrowthReport, measureGrowth } from "../../../bench/growth/measure.ts";
import { growthMarkdown, growthSvg } from "../../../bench/growth/table.ts";
import { thisMachine } from "../../../bench/machine.ts";
import { withSection } from "../../../bench/section.ts";

const sizes = [10, 40];
let report: GrowthReport;

beforeAll(async () => {
  report = await measureGrowth({ sizes, calls: 4, rounds: 2, audit: true });
}, 120_000);

describe("growth", () => {
  it("fills a ledger that the audit finds clean, with ten entries for each person", () => {
    expect(report.points.map(({ people, entries }) => [people, entries])).toEqual(
      report.points.map(({ people }) => [people, 10 * people]),
    );
    expect(new Set(report.points.map(({ people }) => people))).toEqual(new Set(sizes));
  });

  it("changes the cost of no action", () => {
    const costsOf = (people: number) =>
      report.points
        .filter((point) => point.people === people)
        .map(({ action, writeUnits, readUnits, requests }) => ({ action, writeUnits, readUnits, requests }));
    expect(costsOf(40)).toEqual(costsOf(10));
    expect(costsOf(40).find(({ action }) => action === "transfer")).toEqual({
      action: "transfer",
      writeUnits: 6,
      readUnits: 2,
      requests: 3,
    });
  });

  it("is drawn with a line for each action", () => {
    const lines = growthSvg(report).match(/<polyline /g) ?? [];
    expect(lines).toHaveLength(new Set(report.points.map(({ action }) => action)).size);
    const markdown = growthMarkdown({ ...report, machine: thisMachine(), calls: 4, rounds: 2 });
    expect(markdown).toContain("| transfer ");
    expect(markdown).toContain("40 people with\n400 entries");
  });

  it("is measured beside the same action on a table without the crowd, in the same rounds", () => {
    for (const { cpuMs, aloneCpuMs } of report.points) {
      expect(cpuMs).toHaveLength(2);
      expect(aloneCpuMs).toHaveLength(2);
    }
    // The system counts a thread's time in ticks: a single call of a few may seem to take none.
    const total = report.points.flatMap(({ cpuMs, aloneCpuMs }) => [...cpuMs, ...aloneCpuMs]);
    expect(total.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(0);
  });
});

describe("a chart", () => {
  it("puts greater values higher and writes names as text", () => {
    const svg = toSvg({
      title: "a < b",
      xTitle: "x",
      yTitle: "y",
      series: [
        {
          name: "one & two",
          points: [
            [1, 1],
            [10, 2],
          ],
        },
      ],
    });
    const [, heights = ""] = /points="([^"]+)"/.exec(svg) ?? [];
    const [first = 0, second = 0] = heights.split(" ").map((point) => Number(point.split(",")[1]));
    expect(second).toBeLessThan(first);
    expect(svg).toContain("a &lt; b");
    expect(svg).toContain("one &amp; two");
    expect(() => toSvg({ title: "", xTitle: "", yTitle: "", series: [] })).toThrow("needs a point");
  });
});

describe("a section of a document", () => {
  it("is replaced by its name, and the others stay", () => {
    const first = withSection("", "bench:a", "one");
    const both = withSection(first, "bench:b", "two");
    const again = withSection(both, "bench:a", "three");
    expect(first.startsWith("# Performance")).toBe(true);
    expect(again).toContain("<!-- bench:a -->\nthree\n<!-- /bench:a -->");
    expect(again).toContain("<!-- bench:b -->\ntwo\n<!-- /bench:b -->");
    expect(again).not.toContain("one");
    expect(withSection(again, "bench:b", "two")).toBe(again);
  });
});
