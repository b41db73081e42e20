/** Runs of the whole product under one seeded scheduler: nothing is violated, and a seed replays exactly. */
import { availableParallelism } from "node:os";
import { describe, expect, test } from "vitest";
import { createPool } from "./runner/pool.ts";
import { failureText, faultsOf, totalsText } from "./runner/print.ts";
import { runSeeds } from "./runner/run-seeds.ts";
import { simulateSeed } from "./simulate-seed.ts";

const SEEDS = 1000;

describe("the simulation", () => {
  test("a seed replays exactly, in another thread too", { timeout: 120_000 }, async () => {
    const pool = createPool(1);
    try {
      for (const seed of [3, 14, 159]) {
        const here = await simulateSeed(seed);
        const again = await simulateSeed(seed);
        const there = await pool.seed(seed);
        expect(again).toEqual(here);
        expect(there).toEqual(here);
      }
    } finally {
      await pool.close();
    }
  });

  test("different seeds do different things", { timeout: 60_000 }, async () => {
    const digests = [];
    for (const seed of [1, 2, 3, 4]) digests.push((await simulateSeed(seed)).digest);
    expect(new Set(digests).size).toBe(4);
  });

  test(`${SEEDS} seeds violate nothing`, { timeout: 1_200_000 }, async () => {
    const startedAt = performance.now();
    const totals = await runSeeds({
      from: 1,
      count: SEEDS,
      threads: availableParallelism(),
      stopAtFailure: true,
    });
    console.log(totalsText(totals, (performance.now() - startedAt) / 1000));
    expect(totals.failures.map((failure) => failureText(failure))).toEqual([]);
    expect(totals.seeds).toBe(SEEDS);
    // They would prove little if little went wrong in them.
    expect(faultsOf(totals.mishaps)).toBeGreaterThan(10 * SEEDS);
    expect(totals.mishaps.crash).toBeGreaterThan(SEEDS);
    expect(totals.flows["pay"]).toBeGreaterThan(SEEDS);
  });
});
