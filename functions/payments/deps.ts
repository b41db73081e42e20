/** What the use cases of this area are given. */
import type { Accounts } from "../../shared/accounts/store.ts";
import type { Ledger } from "../../shared/ledger/store.ts";
import type { Payments } from "../../shared/payments/store.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { Table } from "../../shared/table/table.ts";
import type { PaymentChannels } from "./channels.ts";

export type PaymentDeps = {
  readonly table: Table;
  readonly payments: Payments;
  readonly ledger: Ledger;
  readonly channels: PaymentChannels;
  readonly platform: Platform;
  /** How many shards a channel's clearing account has. */
  readonly clearingShards: number;
};

export type PaymentApiDeps = PaymentDeps & { readonly accounts: Accounts };
