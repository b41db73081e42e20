/** The benches of speed at tiny sizes: they run, count what happened, and leave books that balance. */
import { describe, expect, it } from "vitest";
import { readOptions } from "../../../bench/bench-command.ts";
import { measureHot } from "../../../bench/hot/measure.ts";
import { hotText } from "../../../bench/hot/table.ts";
import { toLoadResult } from "../../../bench/latency.ts";
import { thisMachine } from "../../../bench/machine.ts";
import { profileTransfers } from "../../../bench/profile/run.ts";
import { codeMs, profileMarkdown, profileText } from "../../../bench/profile/table.ts";
import { withSpread } from "../../../bench/tables.ts";
import { measureThroughput } from "../../../bench/throughput/measure.ts";
import { findPostgres } from "../../../bench/throughput/postgres-cluster.ts";
import { openPostgres } from "../../../bench/throughput/postgres-load.ts";
import { throughputJson, throughputMarkdown, throughputText } from "../../../bench/throughput/report.ts";
import { assembly } from "../system/assembly.ts";

describe("throughput", () => {
  it("is that of transfers that were made over HTTP, and the books balance afterwards", async () => {
    const options = { clients: [1, 2], rounds: 2, warmupSeconds: 0, seconds: 5, limit: 3 };
    const report = await measureThroughput(await assembly(), options, undefined);
    expect(report.rounds.map(({ clients, count }) => [clients, count])).toEqual([
      [1, 3],
      [2, 3],
      [1, 3],
      [2, 3],
    ]);
    for (const { perSecond, p50Ms, p99Ms, cpuMsEach } of report.rounds) {
      expect(perSecond).toBeGreaterThan(0);
      expect(cpuMsEach).toBeGreaterThan(0);
      expect(p99Ms).toBeGreaterThanOrEqual(p50Ms);
    }
    expect(throughputText(report).split("\n")).toHaveLength(3);
    expect(throughputJson(report).split("\n")).toHaveLength(4);
    expect(throughputMarkdown(report)).toContain("not installed");
  }, 120_000);

  it("stands beside PostgreSQL as the median of the ratios of the rounds", () => {
    const cloud = { clients: 1, count: 1, seconds: 1, p50Ms: 1, p99Ms: 1, cpuMsEach: 1, coresUsed: 1 };
    const round = (ours: number, theirs: number) => ({
      ...cloud,
      settledSeconds: 1,
      perSecond: ours,
      postgres: { forced: theirs, handed: 2 * theirs },
    });
    const rounds = [round(100, 300), round(200, 400), round(100, 1000)];
    const text = throughputText({ machine: thisMachine(), seconds: 1, warmupSeconds: 0, rounds });
    expect(text).toContain("100 (100–200)");
    expect(text).toContain("400 (1 : 3.0)");
    expect(text).toContain("800 (1 : 6.0)");
  });

  it.skipIf(findPostgres() === undefined)(
    "of PostgreSQL is that of a cluster whose books balance",
    async () => {
      const postgres = await openPostgres(findPostgres() ?? "", ["fsync=off"], 2);
      try {
        const { count } = await postgres.run(2, 1);
        expect(postgres.version).toContain("PostgreSQL");
        expect(count).toBeGreaterThan(0);
        await postgres.audit();
      } finally {
        await postgres.stop();
      }
    },
    60_000,
  );
});

describe("the profile of a transfer", () => {
  it("keeps the engine apart and names who takes the rest", async () => {
    const report = await profileTransfers({ rounds: 2, perRound: 20 });
    expect(codeMs(report).best).toBeGreaterThan(0);
    expect(codeMs(report).best).toBeLessThan(Math.min(...report.cpuMs));
    expect(report.shares.reduce((sum, { fraction }) => sum + fraction, 0)).toBeCloseTo(1);
    expect(report.shares.map(({ part }) => part)).toContain("Kith's own code");
    expect(report.traffic).toEqual({ reads: 2, writes: 1, roundTrips: 2 });
    expect(profileText({ ...report, machine: thisMachine() })).toContain("the embedded engine");
    expect(profileMarkdown({ ...report, machine: thisMachine() })).toContain(
      "2 reads and 1 write in 2 round trips",
    );
  }, 60_000);
});

describe("hot accounts", () => {
  it("make payments wait for one another, less so on more chains", async () => {
    const cases = [
      { what: "top-ups", chains: 1 },
      { what: "top-ups", chains: 16 },
    ] as const;
    const options = { payers: 4, rounds: 1, seconds: 1, readDelayMs: 1, writeDelayMs: 2 };
    const results = await measureHot({ cases, ...options });
    const [one, many] = results;
    expect(one?.count).toBeGreaterThan(0);
    expect(one?.conflictsEach).toBeGreaterThan(many?.conflictsEach ?? Number.POSITIVE_INFINITY);
    expect(hotText({ machine: thisMachine(), ...options, results }).split("\n")).toHaveLength(3);
  }, 60_000);
});

describe("percentiles", () => {
  it("are values that occurred, by nearest rank", () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(toLoadResult(3, 2, hundred)).toEqual({
      clients: 3,
      count: 100,
      seconds: 2,
      perSecond: 50,
      p50Ms: 50,
      p99Ms: 99,
    });
    expect(toLoadResult(1, 1, [])).toMatchObject({ count: 0, perSecond: 0, p50Ms: 0, p99Ms: 0 });
  });
});

describe("what a table says of several rounds", () => {
  it("is the median, and how far they are apart", () => {
    expect(withSpread([3, 1, 2])).toBe("2 (1–3)");
    expect(withSpread([2, 2], 1)).toBe("2.0");
  });
});

describe("the options of a bench", () => {
  const options = { numbers: { rounds: 3 }, lists: { sizes: [1, 2] } };

  it("are numbers and lists of numbers, with defaults", () => {
    const given = readOptions(options, ["--rounds", "5", "--sizes", "10,20", "--json"]);
    expect([given.number("rounds"), given.list("sizes"), given.has("json"), given.has("write")]).toEqual([
      5,
      [10, 20],
      true,
      false,
    ]);
    const absent = readOptions(options, []);
    expect([absent.number("rounds"), absent.list("sizes")]).toEqual([3, [1, 2]]);
  });

  it.each([["--rounds", "0"], ["--sizes", "1,x"], ["--other"]])(
    "are refused when they are %s %s",
    (...args) => {
      expect(() => {
        const { number, list } = readOptions(options, args);
        return [number("rounds"), list("sizes")];
      }).toThrow(/--(rounds|sizes|other)/);
    },
  );
});
