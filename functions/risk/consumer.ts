/** Lambda entry of the queue that anomalies are looked for in. */
import { consumeEvents } from "../../shared/events/consume.ts";
import { baseConfig, readConfig } from "../../shared/platform/config.ts";
import { riskConfig } from "../../shared/risk/settings.ts";
import { ledgerOf, moneyConfig, storage } from "../../shared/wiring/storage.ts";
import { riskEvents } from "./event-handlers.ts";

const config = readConfig(baseConfig.extend(moneyConfig).extend(riskConfig), process.env);
const base = storage(config);

export const handler = consumeEvents(
  riskEvents({ ...base, ledger: ledgerOf(base, config), risk: config.RISK }),
  base.platform,
);
