/** The real adapters of this area, from its environment. */
import type { z } from "zod";
import { channelConfig } from "../../shared/payments/channel-settings.ts";
import { createPayments } from "../../shared/payments/store.ts";
import { secretsManager } from "../../shared/platform/secrets.ts";
import { ledgerOf, moneyConfig, type Storage } from "../../shared/wiring/storage.ts";
import { paymentChannels } from "./channels.ts";
import type { PaymentApiDeps } from "./deps.ts";

export const paymentsConfig = channelConfig.extend(moneyConfig);

export function paymentDeps(base: Storage, config: z.output<typeof paymentsConfig>): PaymentApiDeps {
  return {
    ...base,
    payments: createPayments(base),
    ledger: ledgerOf(base, config),
    channels: paymentChannels(config, secretsManager(base.platform.clock)),
    clearingShards: config.LEDGER_SHARDS.clearing,
  };
}
