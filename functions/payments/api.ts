/** Lambda entry of the payment routes. */
import { serve } from "../../shared/http/serve.ts";
import { readConfig } from "../../shared/platform/config.ts";
import { riskConfig } from "../../shared/risk/settings.ts";
import { createObservations } from "../../shared/routing/store.ts";
import { userArea, userAreaConfig } from "../../shared/wiring/user-area.ts";
import { paymentsRoutes } from "./contract.ts";
import { paymentsHandlers } from "./handlers.ts";
import { routingConfig } from "./routing-variables.ts";
import { paymentDeps, paymentsConfig } from "./wiring.ts";

const config = readConfig(
  userAreaConfig.extend(paymentsConfig.shape).extend(routingConfig).extend(riskConfig),
  process.env,
);
const area = userArea(config);

export const handler = serve(
  paymentsRoutes,
  paymentsHandlers({
    ...paymentDeps(area, config),
    observations: createObservations(area),
    routing: config.ROUTING,
    risk: config.RISK,
  }),
  area,
);
