/** Changing a person's profile: read, change, write under the condition that nothing came between; losers try again. */
import { fullJitterMs } from "../platform/backoff.ts";
import type { AccountId } from "../platform/ids.ts";
import type { Platform } from "../platform/platform.ts";
import { err, ok, type Result } from "../result.ts";
import type { Account } from "./account.ts";
import type { Accounts } from "./store.ts";

const ATTEMPTS = 8;

/**
 * @param change the same object back means there is nothing to write. For the access state use `changeAccess`.
 * @returns the account afterwards; `handle-taken`, `not-found`, or `busy` after losing many races, with nothing written.
 */
export async function changeAccount(
  {
    accounts,
    platform,
  }: { readonly accounts: Accounts; readonly platform: Pick<Platform, "random" | "timer"> },
  accountId: AccountId,
  change: (account: Account) => Account,
): Promise<Result<Account, { readonly code: "not-found" | "handle-taken" | "busy" }>> {
  for (let tries = 1; tries <= ATTEMPTS; tries += 1) {
    const before = await accounts.get(accountId);
    if (before === undefined) return err({ code: "not-found" });
    const after = change(before);
    if (after === before) return ok(before);
    const outcome = await accounts.replace(before, after);
    if (outcome === "replaced") return ok({ ...after, version: before.version + 1 });
    if (outcome === "handle-taken") return err({ code: "handle-taken" });
    await platform.timer.sleep(fullJitterMs(tries, platform.random));
  }
  return err({ code: "busy" });
}
