/** What reconciliation is given. */
import type { Ledger } from "../../shared/ledger/store.ts";
import type { Channels } from "../../shared/payments/open-channels.ts";
import type { Refunds } from "../../shared/payments/refund-store.ts";
import type { Payments } from "../../shared/payments/store.ts";
import type { Payouts } from "../../shared/payouts/store.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { FeeRules } from "../../shared/reconciliation/fee.ts";
import type { Exceptions, Reconciliations } from "../../shared/reconciliation/store.ts";
import type { Table } from "../../shared/table/table.ts";

export type ReconciliationDeps = {
  readonly table: Table;
  readonly ledger: Ledger;
  readonly platform: Platform;
  readonly channels: Channels;
  readonly payments: Payments;
  readonly refunds: Refunds;
  readonly payouts: Payouts;
  readonly reconciliations: Reconciliations;
  readonly exceptions: Exceptions;
  /** How many shards a channel's clearing account has. */
  readonly clearingShards: number;
  readonly feeRules: FeeRules;
};
