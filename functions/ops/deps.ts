/** What the use cases of ops are given. */
import type { Accounts } from "../../shared/accounts/store.ts";
import type { Campaigns } from "../../shared/campaigns/store.ts";
import type { Ledger } from "../../shared/ledger/store.ts";
import type { Currency } from "../../shared/money/currencies.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { Table } from "../../shared/table/table.ts";

export type OpsDeps = {
  readonly platform: Platform;
  readonly table: Table;
  readonly accounts: Accounts;
  readonly ledger: Ledger;
  readonly campaigns: Campaigns;
  /** The currencies this stage handles. */
  readonly currencies: readonly Currency[];
  /** The channels this stage has, whether or not new payments may be begun on them. */
  readonly channelNames: readonly string[];
};
