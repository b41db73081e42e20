/** The short run of the fuzzing; `npm run fuzz` is the long one, and docs/fuzz.md has its result. */
import { expect, it } from "vitest";
import { problems } from "../../../shared/http/problems.ts";
import { allRoutes } from "../../builders/whole-world.ts";
import { runFuzz } from "./fuzz/run-fuzz.ts";

const CALLS = 3_000;

it(`keeps every contract and every coin in ${CALLS} generated calls`, { timeout: 120_000 }, async () => {
  const report = await runFuzz({ seed: 1, calls: CALLS, now: () => performance.now() });
  expect(report.calls).toBeGreaterThanOrEqual(CALLS);
  // It is no use if requests are refused at the door: nearly every route did what it is for, money moved, and most
  // kinds of refusals were met.
  expect(report.neverGood.length).toBeLessThan(allRoutes.length / 10);
  expect(report.transfers).toBeGreaterThan(50);
  expect(Object.keys(report.problems).length).toBeGreaterThan(Object.keys(problems).length / 2);
  expect(report.statuses["500"]).toBeUndefined();
});
