/** The real adapters of reconciliation, from its environment. */
import type { z } from "zod";
import { channelConfig } from "../../shared/payments/channel-variables.ts";
import { createRefunds } from "../../shared/payments/refund-store.ts";
import { createPayments } from "../../shared/payments/store.ts";
import { createPayouts } from "../../shared/payouts/store.ts";
import { jsonVariable } from "../../shared/platform/config.ts";
import { feeRules } from "../../shared/reconciliation/fee.ts";
import { createExceptions, createReconciliations } from "../../shared/reconciliation/store.ts";
import { channelsOf } from "../../shared/wiring/channels.ts";
import { ledgerOf, moneyConfig, type Storage } from "../../shared/wiring/storage.ts";
import type { ReconciliationDeps } from "./deps.ts";

export const reconciliationConfig = channelConfig
  .extend(moneyConfig)
  .extend({ FEE_RULES: jsonVariable(feeRules) });

/** Its own records, and those it looks things up in. */
export function reconciliationStores({ table }: Pick<ReconciliationDeps, "table">) {
  const payments = createPayments({ table });
  return {
    payments,
    refunds: createRefunds({ table, payments }),
    payouts: createPayouts({ table }),
    reconciliations: createReconciliations({ table }),
    exceptions: createExceptions({ table }),
  };
}

export function reconciliationDeps(
  base: Storage,
  config: z.output<typeof reconciliationConfig>,
): ReconciliationDeps {
  return {
    ...base,
    ...reconciliationStores(base),
    ledger: ledgerOf(base, config),
    channels: channelsOf(base.platform, config),
    clearingShards: config.LEDGER_SHARDS.clearing,
    feeRules: config.FEE_RULES,
  };
}
