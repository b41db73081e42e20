/** A large statement: everything wrong in it is found, nothing else is, and little of it is held. */
import { expect, it } from "vitest";
import { reconcileBigStatement } from "../../builders/big-statement.ts";

it("finds one wrong line in a hundred among 20,000, each by its class, in bounded memory", {
  timeout: 120_000,
}, async () => {
  const { run, expected, late, heapGrowthBytes, seconds } = await reconcileBigStatement(20_000);
  expect(run.status).toBe("complete");
  expect(run.counts.exceptions).toEqual(expected);
  expect(run.counts.elsewhere).toBe(late);
  expect(heapGrowthBytes).toBeLessThan(64 * 1024 * 1024);
  expect(seconds).toBeLessThan(30);
});
