/**
 * Changing what a person may do: freezing, unfreezing, revoking a session. The person's record and the newest state of
 * every chain of theirs change in one transaction, so no money can leave in between and no chain is forgotten.
 */
import { type AccessState, sameAccess } from "../ledger/access.ts";
import { userAccount } from "../ledger/account.ts";
import { accessChange } from "../ledger/postings.ts";
import type { Ledger } from "../ledger/store.ts";
import { type AccountId, newId } from "../platform/ids.ts";
import type { Platform } from "../platform/platform.ts";
import { err, ok, type Result } from "../result.ts";
import type { Item, Table } from "../table/table.ts";
import type { Account } from "./account.ts";
import type { Accounts } from "./store.ts";

export type ChangeAccessDeps = {
  readonly accounts: Accounts;
  readonly ledger: Ledger;
  readonly table: Table;
  readonly platform: Pick<Platform, "clock" | "random">;
};

export type AccessChange = {
  /** From the state as it is to the state as it should be. */
  readonly change: (access: AccessState) => AccessState;
  /** A reference kept in the entries, as in `freeze:fraud-suspected`. */
  readonly memo: string;
  readonly event?: { readonly type: "account.frozen" | "account.unfrozen"; readonly correlationId: string };
  /** Other changes of the account that belong to this one. */
  readonly alsoAccount?: (account: Account) => Account;
};

const ATTEMPTS = 8;

/** @returns the account afterwards; `not-found`, or `busy` after losing many races, with nothing written. */
export async function changeAccess(
  { accounts, ledger, table, platform }: ChangeAccessDeps,
  accountId: AccountId,
  { change, memo, event, alsoAccount = (account) => account }: AccessChange,
): Promise<Result<Account, { readonly code: "not-found" | "busy" }>> {
  for (let tries = 1; tries <= ATTEMPTS; tries += 1) {
    const before = await accounts.get(accountId);
    if (before === undefined) return err({ code: "not-found" });
    const access = change(before.access);
    const after = alsoAccount({ ...before, access });
    const accessChanged = !sameAccess(before.access, access);
    if (!accessChanged && after.consents === before.consents) return ok(before);

    const now = platform.clock.now();
    const header: Item =
      event === undefined || !accessChanged
        ? {}
        : { event: { id: newId("event", platform.clock, platform.random), at: now, ...event } };
    const replacement = accounts.replacement(before, after, header);
    if (!accessChanged || before.currencies.length === 0) {
      const written = await table.transact([replacement]);
      if (written.ok) return ok({ ...after, version: before.version + 1 });
      continue;
    }
    const transferId = newId("transfer", platform.clock, platform.random);
    const chains = before.currencies.map((currency) => ({ account: userAccount(accountId), currency }));
    const outcome = await ledger.commit({
      posting: accessChange({ transferId, chains, access, memo }),
      record: { kind: "access", accountId, createdAt: now },
      also: [replacement],
    });
    if (outcome.outcome === "committed") return ok({ ...after, version: before.version + 1 });
    if (outcome.outcome === "busy") return err({ code: "busy" });
    // The account changed in between (a chain was opened, say): read it again.
  }
  return err({ code: "busy" });
}
