/** A crash at every await of every flow of money, before and after its effect, and a zombie there. */
import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { crashTable } from "./crash-points/command.ts";
import { crashAll } from "./crash-points/crash-all.ts";
import { crashFlow } from "./crash-points/crash-flow.ts";
import { moneyFlows } from "./crash-points/money-flows.ts";
import { createPool } from "./runner/pool.ts";

test("every flow of money comes through a crash at every await", { timeout: 900_000 }, async () => {
  const pool = createPool(availableParallelism());
  try {
    const results = await crashAll(pool);
    expect(
      results.flatMap(({ flow, failures }) => failures.map((failure) => ({ flow, ...failure }))),
    ).toEqual([]);
    expect(results.map(({ flow }) => flow)).toEqual(moneyFlows.map(({ name }) => name));
    console.log(crashTable(results));
  } finally {
    await pool.close();
  }
});

test("a crash is one: the function is gone, and somebody else ends its work", {
  timeout: 60_000,
}, async () => {
  const calm = await crashFlow("transfer", undefined);
  const at = calm.awaits.indexOf("transfers table TransactWriteItems") + 1;
  expect(at).toBeGreaterThan(0);
  const crashed = await crashFlow("transfer", { at, mode: "after" });
  // The client asks again, so there are more awaits; the money is where it belongs.
  expect(crashed.awaits.length).toBeGreaterThan(calm.awaits.length);
  expect(crashed.money).toBe(calm.money);
});
