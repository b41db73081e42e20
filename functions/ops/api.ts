/** Lambda entry of the routes for people of ops. */
import { createCampaigns } from "../../shared/campaigns/store.ts";
import { serve } from "../../shared/http/serve.ts";
import { isCurrency } from "../../shared/money/currencies.ts";
import { channelConfig } from "../../shared/payments/channel-variables.ts";
import { readConfig } from "../../shared/platform/config.ts";
import { ledgerOf, moneyConfig } from "../../shared/wiring/storage.ts";
import { userArea, userAreaConfig } from "../../shared/wiring/user-area.ts";
import { opsRoutes } from "./contract.ts";
import { opsHandlers } from "./handlers.ts";

const config = readConfig(
  userAreaConfig.extend(moneyConfig).extend(channelConfig.pick({ CHANNELS: true }).shape),
  process.env,
);
const area = userArea(config);

export const handler = serve(
  opsRoutes,
  opsHandlers({
    ...area,
    ledger: ledgerOf(area, config),
    campaigns: createCampaigns(area),
    currencies: Object.keys(config.LIMITS).filter(isCurrency),
    channelNames: Object.keys(config.CHANNELS),
  }),
  area,
);
