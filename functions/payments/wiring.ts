/** The real adapters of this area, from its environment. */
import type { z } from "zod";
import { channelConfig } from "../../shared/payments/channel-variables.ts";
import { channelsOf } from "../../shared/wiring/channels.ts";
import { ledgerOf, moneyConfig, type Storage } from "../../shared/wiring/storage.ts";
import { type PaymentDeps, paymentStores } from "./deps.ts";

export const paymentsConfig = channelConfig.extend(moneyConfig);

export function paymentDeps(base: Storage, config: z.output<typeof paymentsConfig>): PaymentDeps {
  const ledger = ledgerOf(base, config);
  return {
    ...base,
    ...paymentStores({ ...base, ledger }),
    ledger,
    channels: channelsOf(base.platform, config),
    clearingShards: config.LEDGER_SHARDS.clearing,
  };
}
