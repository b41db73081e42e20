/** What an account has, for tests. */
import type { LedgerAccount } from "../../shared/ledger/account.ts";
import type { Currency } from "../../shared/money/currencies.ts";
import type { World } from "./world.ts";

/** Minor units of its newest entry. */
export async function book(
  { ledger }: Pick<World, "ledger">,
  account: LedgerAccount,
  currency: Currency = "USD",
): Promise<{ readonly available: number; readonly held: number }> {
  const head = await ledger.head({ account, currency });
  return { available: head?.state.available ?? 0, held: head?.state.held ?? 0 };
}
