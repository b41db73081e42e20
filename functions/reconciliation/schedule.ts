/** Lambda entry of the hourly schedule that asks for what is due. */
import { channelModules, isChannelName } from "../../shared/channels/registry.ts";
import { channelConfig } from "../../shared/payments/channel-variables.ts";
import { readConfig } from "../../shared/platform/config.ts";
import { createReconciliations } from "../../shared/reconciliation/store.ts";
import { storage } from "../../shared/wiring/storage.ts";
import { askForDays } from "./ask-for-days.ts";

const config = readConfig(channelConfig, process.env);
const { platform, table } = storage(config);
const channels = Object.entries(config.CHANNELS).flatMap(([name, { enabled }]) =>
  enabled && isChannelName(name) ? [{ name, statement: channelModules[name].capabilities.statement }] : [],
);
const deps = { platform, reconciliations: createReconciliations({ table }), channels };

export const handler = async (): Promise<{ readonly asked: number }> => {
  try {
    return { asked: await askForDays(deps) };
  } finally {
    platform.metrics.flush();
  }
};
