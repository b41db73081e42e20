/** What every area with signed-in callers is built from: table, accounts, caller resolution; with money, the ledger. */
import * as z from "zod";
import { createCallerResolver } from "../accounts/resolve-caller.ts";
import { type Accounts, createAccounts } from "../accounts/store.ts";
import type { CallerResolver } from "../http/caller.ts";
import { createTokenVerifier, type TokenVerifier } from "../http/tokens.ts";
import { type Limits, limitsSchema } from "../ledger/limits.ts";
import { createLedger, type Ledger } from "../ledger/store.ts";
import { baseConfig, jsonVariable, listVariable } from "../platform/config.ts";
import { lambdaPlatform, type Platform } from "../platform/platform.ts";
import { createTable, documentClient, type Table } from "../table/table.ts";

export const userAreaConfig = baseConfig.extend({
  USER_POOL_ID: z.string().min(1),
  USER_POOL_CLIENT_ID: listVariable,
});

export const moneyConfig = {
  LIMITS: jsonVariable(limitsSchema),
  /** How many shards a channel's clearing account has. */
  LEDGER_SHARDS: jsonVariable(z.object({ clearing: z.int().min(1).max(256) })),
};

/** The storage every function has. */
export type Storage = { readonly platform: Platform; readonly table: Table; readonly accounts: Accounts };

export type UserArea = Storage & { readonly tokens: TokenVerifier; readonly resolveCaller: CallerResolver };

export function storage({ TABLE_NAME }: { readonly TABLE_NAME: string }): Storage {
  const platform = lambdaPlatform();
  const table = createTable({ tableName: TABLE_NAME, client: documentClient() });
  return { platform, table, accounts: createAccounts({ table, platform }) };
}

export function userArea(config: z.output<typeof userAreaConfig>): UserArea {
  const base = storage(config);
  const tokens = createTokenVerifier({
    userPoolId: config.USER_POOL_ID,
    clientIds: config.USER_POOL_CLIENT_ID,
  });
  return { ...base, tokens, resolveCaller: createCallerResolver({ ...base, tokens }) };
}

export const ledgerOf = (
  { table, platform, accounts }: Storage,
  config: { readonly LIMITS: Limits },
): Ledger => createLedger({ table, platform, limits: config.LIMITS, openChain: accounts.openChain });
