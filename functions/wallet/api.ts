/** Lambda entry of the wallet routes. */
import { serve } from "../../shared/http/serve.ts";
import { readConfig } from "../../shared/platform/config.ts";
import { ledgerOf, moneyConfig } from "../../shared/wiring/storage.ts";
import { userArea, userAreaConfig } from "../../shared/wiring/user-area.ts";
import { walletRoutes } from "./contract.ts";
import { walletHandlers } from "./handlers.ts";

const config = readConfig(userAreaConfig.extend(moneyConfig), process.env);
const area = userArea(config);

export const handler = serve(walletRoutes, walletHandlers({ ...area, ledger: ledgerOf(area, config) }), area);
