/**
 * Changing what a person may do: freezing, unfreezing, revoking a session. The person's record and the newest state of
 * every chain of theirs change in one transaction, so no money can leave in between and no chain is forgotten.
 */
import { type AccessState, sameAccess } from "../ledger/access.ts";
import { userAccount } from "../ledger/account.ts";
import { accessChange } from "../ledger/postings.ts";
import type { Ledger } from "../ledger/store.ts";
import { fullJitterMs } from "../platform/backoff.ts";
import type { EpochMs } from "../platform/clock.ts";
import { type AccountId, newId } from "../platform/ids.ts";
import type { Platform } from "../platform/platform.ts";
import { err, ok, type Result } from "../result.ts";
import type { Item, Table, WriteOperation } from "../table/table.ts";
import { type Account, withAccess } from "./account.ts";
import type { Accounts } from "./store.ts";

export type ChangeAccessDeps = {
  readonly accounts: Accounts;
  readonly ledger: Ledger;
  readonly table: Table;
  readonly platform: Pick<Platform, "clock" | "random" | "timer">;
};

export type AccessChange = {
  /** From the state as it is to the state as it should be. */
  readonly change: (access: AccessState) => AccessState;
  /** A reference kept in the entries, as in `freeze:fraud-suspected`. */
  readonly memo: string;
  readonly event?: {
    readonly type: "account.frozen" | "account.unfrozen";
    readonly correlationId: string;
    /** The code of the reason that is added or taken away: it travels with the event. */
    readonly reason?: string;
  };
  /** Other changes of the account that belong to this one; the same object back means none. */
  readonly alsoAccount?: (account: Account) => Account;
  /** Items that are written with the account, when it is: from what it was to what it becomes. */
  readonly alsoItems?: (before: Account, after: Account) => readonly WriteOperation[];
};

const ATTEMPTS = 8;

/** What the account's record carries for its event, until it is written again. */
function eventMembers(
  { clock, random }: Pick<Platform, "clock" | "random">,
  { reason, ...event }: NonNullable<AccessChange["event"]>,
  at: EpochMs,
): Item {
  return {
    ...(reason === undefined ? {} : { reason }),
    event: { id: newId("event", clock, random), at, ...event },
  };
}

/**
 * One read and one write, a read and an entry more for each currency the person holds.
 * @returns the account afterwards; `not-found`, or `busy` after losing many races, with nothing written.
 */
export async function changeAccess(
  { accounts, ledger, table, platform }: ChangeAccessDeps,
  accountId: AccountId,
  { change, memo, event, alsoAccount = (account) => account, alsoItems = () => [] }: AccessChange,
): Promise<Result<Account, { readonly code: "not-found" | "busy" }>> {
  for (let tries = 1; tries <= ATTEMPTS; tries += 1) {
    const before = await accounts.get(accountId);
    if (before === undefined) return err({ code: "not-found" });
    const changedAccess = withAccess(before, change(before.access));
    const after = alsoAccount(changedAccess);
    const { access } = after;
    const accessChanged = !sameAccess(before.access, access);
    if (!accessChanged && after === changedAccess) return ok(before);

    const now = platform.clock.now();
    const header = event === undefined || !accessChanged ? {} : eventMembers(platform, event, now);
    const writes = [accounts.replacement(before, after, header), ...alsoItems(before, after)];
    const changed = { ...after, version: before.version + 1 };
    if (!accessChanged || before.currencies.length === 0) {
      const written = await table.transact(writes);
      if (written.ok) return ok(changed);
    } else {
      const outcome = await ledger.commit({
        posting: accessChange({
          transferId: newId("transfer", platform.clock, platform.random),
          chains: before.currencies.map((currency) => ({ account: userAccount(accountId), currency })),
          access,
          memo,
        }),
        record: { kind: "access", accountId, createdAt: now },
        also: writes,
      });
      if (outcome.outcome === "committed") return ok(changed);
      if (outcome.outcome === "busy") return err({ code: "busy" });
      if (outcome.outcome !== "condition-refused")
        throw new Error(`the ledger answered a change of access with ${outcome.outcome}`);
    }
    // The account changed in between (a chain was opened, say): read it again.
    await platform.timer.sleep(fullJitterMs(tries, platform.random));
  }
  return err({ code: "busy" });
}
