/** Accounts on the table: finding a person by id, sign-in or handle, making one, changing one. */
import * as z from "zod";
import { accountIdSchema } from "../http/schemas.ts";
import type { ChainOpening } from "../ledger/store.ts";
import { fullJitterMs } from "../platform/backoff.ts";
import type { AccountId } from "../platform/ids.ts";
import { newId } from "../platform/ids.ts";
import type { Platform } from "../platform/platform.ts";
import { keys } from "../table/keys.ts";
import { type Item, NOT_EXISTS, type Table, type WriteOperation } from "../table/table.ts";
import { type Account, fromAccountItem, newAccount, type Profile, toAccountItem } from "./account.ts";

/** A sign-in: the user pool's subject, and who the person is at the social network. */
export type SignIn = {
  readonly cognitoSubject: string;
  /** As in `Google` and `1130…`; absent for users that did not come through a network. */
  readonly network?: { readonly name: string; readonly subject: string };
};

export type Accounts = {
  readonly get: (id: AccountId) => Promise<Account | undefined>;
  /** In the order asked for; eventually consistent, for showing people. */
  readonly getMany: (ids: readonly AccountId[]) => Promise<readonly (Account | undefined)[]>;
  readonly idByHandle: (handle: string) => Promise<AccountId | undefined>;
  readonly idBySubject: (cognitoSubject: string) => Promise<AccountId | undefined>;
  /**
   * The account of a sign-in, made if there is none. Any number of first calls at once make one account: all of it is
   * written in one transaction under the condition that the sign-in has no account yet.
   */
  readonly ensure: (signIn: SignIn, profile: Profile, correlationId: string) => Promise<Account>;
  /** Writes the account, and its handle with it when that changes: one transaction of at most three items. */
  readonly replace: (
    before: Account,
    after: Account,
  ) => Promise<"replaced" | "changed-meanwhile" | "handle-taken">;
  /**
   * The write that replaces an account, for use in a larger transaction. The handle must be the same: another one is
   * for `replace`.
   */
  readonly replacement: (before: Account, after: Account, event?: Item) => WriteOperation;
  readonly openChain: ChainOpening;
};

const pointer = z.object({ accountId: accountIdSchema });

/** With jitter they take about two seconds at most: twenty first calls at once all come through. */
const ENSURE_ATTEMPTS = 10;

export function createAccounts({
  table,
  platform,
}: {
  readonly table: Table;
  readonly platform: Pick<Platform, "clock" | "random" | "timer">;
}): Accounts {
  const get = async (id: AccountId): Promise<Account | undefined> => {
    const item = await table.get(keys.account(id));
    return item === undefined ? undefined : fromAccountItem(item);
  };

  const follow = async (key: { pk: string; sk: string }): Promise<AccountId | undefined> => {
    const item = await table.get(key);
    return item === undefined ? undefined : pointer.parse(item).accountId;
  };

  const linkKeys = (signIn: SignIn) => [
    keys.link("cognito", signIn.cognitoSubject),
    ...(signIn.network === undefined ? [] : [keys.link(signIn.network.name, signIn.network.subject)]),
  ];

  async function create(
    signIn: SignIn,
    profile: Profile,
    correlationId: string,
  ): Promise<Account | undefined> {
    const now = platform.clock.now();
    const account = newAccount(newId("account", platform.clock, platform.random), profile, now);
    const event = {
      id: newId("event", platform.clock, platform.random),
      type: "account.created",
      at: now,
      correlationId,
    };
    const written = await table.transact([
      ...linkKeys(signIn).map((key) => ({ put: { ...key, accountId: account.id }, condition: NOT_EXISTS })),
      { put: { ...toAccountItem(account), accountId: account.id, event }, condition: NOT_EXISTS },
      { put: { ...keys.handle(account.handle), accountId: account.id }, condition: NOT_EXISTS },
    ]);
    return written.ok ? account : undefined;
  }

  /** The user pool's user was made anew, but the person at the network is known: the same account again. */
  async function relink(signIn: SignIn): Promise<AccountId | undefined> {
    if (signIn.network === undefined) return undefined;
    const known = await follow(keys.link(signIn.network.name, signIn.network.subject));
    if (known === undefined) return undefined;
    await table.put({
      put: { ...keys.link("cognito", signIn.cognitoSubject), accountId: known },
      condition: NOT_EXISTS,
    });
    return known;
  }

  const replacement = (before: Account, after: Account, event?: Item): WriteOperation => ({
    put: { ...toAccountItem({ ...after, version: before.version + 1 }), accountId: after.id, ...event },
    condition: "#version = :version",
    names: { "#version": "version" },
    values: { ":version": before.version },
  });

  return {
    get,
    replacement,
    async getMany(ids) {
      const items = await table.getMany(ids.map((id) => keys.account(id)));
      return items.map((item) => (item === undefined ? undefined : fromAccountItem(item)));
    },
    idByHandle: (handle) => follow(keys.handle(handle)),
    idBySubject: (subject) => follow(keys.link("cognito", subject)),

    async ensure(signIn, profile, correlationId) {
      for (let tries = 1; tries <= ENSURE_ATTEMPTS; tries += 1) {
        const id = (await follow(keys.link("cognito", signIn.cognitoSubject))) ?? (await relink(signIn));
        const existing = id === undefined ? undefined : await get(id);
        if (existing !== undefined) return existing;
        const made = await create(signIn, profile, correlationId);
        if (made !== undefined) return made;
        // Another first call is in the middle of making it, or the handle is somebody's: read again, or try another.
        await platform.timer.sleep(fullJitterMs(tries, platform.random, 20, 400));
      }
      throw new Error("an account could not be made: its links and its record do not fit together");
    },

    async replace(before, after) {
      const operations: WriteOperation[] = [replacement(before, after)];
      if (before.handle !== after.handle) {
        operations.push(
          { put: { ...keys.handle(after.handle), accountId: after.id }, condition: NOT_EXISTS },
          {
            delete: keys.handle(before.handle),
            condition: "#accountId = :accountId",
            names: { "#accountId": "accountId" },
            values: { ":accountId": before.id },
          },
        );
      }
      const written = await table.transact(operations);
      if (written.ok) return "replaced";
      // A change of the account comes first: the handle may have been taken by this very person a moment ago.
      const [record, handle] = written.error;
      return record?.code === "none" && handle?.code === "condition" ? "handle-taken" : "changed-meanwhile";
    },

    async openChain(owner, chain) {
      const account = await get(owner);
      if (account === undefined) return undefined;
      const { access } = account;
      return {
        access,
        operation: {
          update: keys.account(owner),
          set: "SET #currencies = list_append(if_not_exists(#currencies, :none), :currency), #version = :next",
          condition: "#version = :version",
          names: { "#currencies": "currencies", "#version": "version" },
          values: {
            ":none": [],
            ":currency": [chain.currency],
            ":version": account.version,
            ":next": account.version + 1,
          },
        },
      };
    },
  };
}
