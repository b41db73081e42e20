/** What the use cases of this area are given. */
import type { Accounts } from "../../shared/accounts/store.ts";
import { clientActionSchema } from "../../shared/channels/client-actions.ts";
import { createHolds, type Holds } from "../../shared/ledger/holds.ts";
import type { Ledger } from "../../shared/ledger/store.ts";
import { createDisputes, type Disputes } from "../../shared/payments/dispute-store.ts";
import type { Channels } from "../../shared/payments/open-channels.ts";
import { createRefunds, type Refunds } from "../../shared/payments/refund-store.ts";
import { createPayments, type Payments } from "../../shared/payments/store.ts";
import { readActionOf } from "../../shared/payments/stored-action.ts";
import { createPayouts, type Payouts } from "../../shared/payouts/store.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { RiskSettings } from "../../shared/risk/settings.ts";
import type { Table } from "../../shared/table/table.ts";

export type PaymentStores = {
  readonly payments: Payments;
  readonly refunds: Refunds;
  readonly disputes: Disputes;
  readonly payouts: Payouts;
  readonly holds: Holds;
};

export type PaymentDeps = PaymentStores & {
  readonly table: Table;
  readonly accounts: Accounts;
  readonly ledger: Ledger;
  readonly channels: Channels;
  readonly platform: Platform;
  /** How many shards a channel's clearing account has. */
  readonly clearingShards: number;
};

/** How much of the limits a caller has, and from which amounts a PIN is asked for. */
export type RiskDeps = { readonly risk: Pick<RiskSettings, "levels" | "stepUp"> };

/** The area's own records on a table and a ledger. */
export function paymentStores(base: Pick<PaymentDeps, "table" | "ledger" | "platform">): PaymentStores {
  const stored = { table: base.table, readAction: readActionOf(clientActionSchema) };
  const payments = createPayments(stored);
  return {
    payments,
    refunds: createRefunds({ table: base.table, payments }),
    disputes: createDisputes(base),
    payouts: createPayouts(stored),
    holds: createHolds(base),
  };
}
