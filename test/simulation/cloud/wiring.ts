/**
 * What each function is built of when it is loaded, as its Lambda entry does in an account: the product's own adapters
 * over the ports of the environment.
 */

import type { Engine } from "../../../local/engine/engine.ts";
import { createCallerResolver } from "../../../shared/accounts/resolve-caller.ts";
import type { Accounts } from "../../../shared/accounts/store.ts";
import { createAccounts } from "../../../shared/accounts/store.ts";
import type { CallerResolver } from "../../../shared/http/caller.ts";
import type { TokenVerifier } from "../../../shared/http/tokens.ts";
import type { Limits } from "../../../shared/ledger/limits.ts";
import { createLedger, type Ledger } from "../../../shared/ledger/store.ts";
import type { Currency } from "../../../shared/money/currencies.ts";
import type { Platform } from "../../../shared/platform/platform.ts";
import { type Queues, sqsQueues } from "../../../shared/platform/queues.ts";
import { type RiskSettings, riskSettingsSchema } from "../../../shared/risk/settings.ts";
import { createTable, type Table } from "../../../shared/table/table.ts";
import type { Dice } from "../core/dice.ts";
import type { Port, Ports } from "../core/environment.ts";
import { documentClientAt, queueClientAt } from "../core/wire-clients.ts";

export const TABLE_NAME = "kith";
export const CLEARING_SHARDS = 2;

/** Small enough that people run into them. */
export const LIMITS: Limits = {
  USD: { perTransfer: 4_000, perDay: 4_500, perMonth: 9_000 },
  EUR: { perTransfer: 4_000, perDay: 4_500, perMonth: 9_000 },
  CNY: { perTransfer: 20_000, perDay: 30_000, perMonth: 60_000 },
  INR: { perTransfer: 20_000, perDay: 30_000, perMonth: 60_000 },
};

/** Everything that is in a wallet here. */
export const CURRENCIES: readonly Currency[] = ["USD", "EUR", "CNY", "INR"];

/** Everybody has the same limits, and nothing is taken for an anomaly: limits this small are run into anyway. */
export const RISK: RiskSettings = riskSettingsSchema.parse({
  levels: [{ minAgeDays: 0, consents: [], sharePercent: 100 }],
  stepUp: { above: {} },
  rules: {},
  freezeHours: 24,
});

export type WiringDeps = { readonly engine: Engine; readonly dice: Dice; readonly tokens: TokenVerifier };

/** The parts that functions are made of. */
export type Parts = {
  readonly port: Port;
  readonly disturb: () => void;
  readonly platform: Platform;
  readonly table: Table;
  readonly accounts: Accounts;
  readonly ledger: Ledger;
  readonly tokens: TokenVerifier;
  readonly resolveCaller: CallerResolver;
  readonly queues: Queues;
  readonly risk: RiskSettings;
};

export function partsOf({ port, platform, disturb }: Ports, { engine, dice, tokens }: WiringDeps): Parts {
  const table = createTable({ tableName: TABLE_NAME, client: documentClientAt(port, engine, dice) });
  const accounts = createAccounts({ table, platform });
  return {
    port,
    disturb,
    platform,
    table,
    accounts,
    tokens,
    ledger: createLedger({ table, platform, limits: LIMITS, openChain: accounts.openChain }),
    resolveCaller: createCallerResolver({ accounts, tokens, platform }),
    queues: sqsQueues(queueClientAt(port, engine)),
    risk: RISK,
  };
}
