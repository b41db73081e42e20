/** Money out through a channel in memory: the world of the tests about withdrawals. */
import { expect } from "vitest";
import { auditTable } from "../../../functions/ops/audit-table.ts";
import { userAccount } from "../../../shared/ledger/account.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import { createFakePaymentsWorld, type FakePaymentsWorld } from "../../builders/fake-payments-world.ts";
import { book } from "../../builders/ledger-sums.ts";
import { fakePayouts, withdrawalsOf } from "../../builders/withdrawals.ts";
import { usd } from "../../builders/world.ts";

/** Withdrawals of Ada, who has 20 dollars, over a channel in memory that pays out. */
export async function createWithdrawalsWorld(
  payouts: Partial<typeof fakePayouts> = {},
  rest: { idempotencyWindowMs?: number } = {},
) {
  const w = await createFakePaymentsWorld({
    capabilities: { payouts: { ...fakePayouts, ...payouts }, ...rest },
  });
  const ada = await w.world.person("ada", { funds: usd(20_00) });
  await w.world.person("eve", { funds: usd(20_00) });
  w.world.newEvents();
  return { w, ada, t: withdrawalsOf(w) };
}

/** What is available and what is held of a person's money. */
export async function balancesOf(w: FakePaymentsWorld, owner: AccountId): Promise<readonly number[]> {
  const { available, held } = await book(w.world, userAccount(owner));
  return [available, held];
}

/** Ends a world, in which every sum and every record must fit. */
export async function endsClean(w: FakePaymentsWorld): Promise<void> {
  expect(await w.ledgerTotal()).toBe(0);
  const now = w.world.clock.now();
  expect((await auditTable(w.world.table, { cutoff: now + 1, now })).findings).toEqual([]);
  await w.close();
}
