/** Lambda entry of the payment routes. */
import { serve } from "../../shared/http/serve.ts";
import { readConfig } from "../../shared/platform/config.ts";
import { userArea, userAreaConfig } from "../../shared/wiring/user-area.ts";
import { paymentsRoutes } from "./contract.ts";
import { paymentsHandlers } from "./handlers.ts";
import { paymentDeps, paymentsConfig } from "./wiring.ts";

const config = readConfig(userAreaConfig.extend(paymentsConfig.shape), process.env);
const area = userArea(config);

export const handler = serve(paymentsRoutes, paymentsHandlers(paymentDeps(area, config)), area);
