/** What every function with a table is built from, and what those that move money add. It verifies no tokens. */
import * as z from "zod";
import { type Accounts, createAccounts } from "../accounts/store.ts";
import { type Limits, limitsSchema } from "../ledger/limits.ts";
import { createLedger, type Ledger } from "../ledger/store.ts";
import { jsonVariable } from "../platform/config.ts";
import { lambdaPlatform, type Platform } from "../platform/platform.ts";
import { documentClient } from "../table/client.ts";
import { createTable, type Table } from "../table/table.ts";

export const moneyConfig = {
  LIMITS: jsonVariable(limitsSchema),
  /** How many shards a channel's clearing account has. */
  LEDGER_SHARDS: jsonVariable(z.object({ clearing: z.int().min(1).max(256) })),
};

/** The storage every function has. */
export type Storage = { readonly platform: Platform; readonly table: Table; readonly accounts: Accounts };

export function storage({ TABLE_NAME }: { readonly TABLE_NAME: string }): Storage {
  const platform = lambdaPlatform();
  const table = createTable({ tableName: TABLE_NAME, client: documentClient() });
  return { platform, table, accounts: createAccounts({ table, platform }) };
}

export const ledgerOf = (
  { table, platform, accounts }: Storage,
  config: { readonly LIMITS: Limits },
): Ledger => createLedger({ table, platform, limits: config.LIMITS, openChain: accounts.openChain });
