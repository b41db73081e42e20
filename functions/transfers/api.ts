/** Lambda entry of the transfer routes. */
import { serve } from "../../shared/http/serve.ts";
import { readConfig } from "../../shared/platform/config.ts";
import { riskConfig } from "../../shared/risk/settings.ts";
import { ledgerOf, moneyConfig } from "../../shared/wiring/storage.ts";
import { userArea, userAreaConfig } from "../../shared/wiring/user-area.ts";
import { transfersRoutes } from "./contract.ts";
import { transfersHandlers } from "./handlers.ts";

const config = readConfig(userAreaConfig.extend(moneyConfig).extend(riskConfig), process.env);
const area = userArea(config);

export const handler = serve(
  transfersRoutes,
  transfersHandlers({ ...area, ledger: ledgerOf(area, config), risk: config.RISK }),
  area,
);
