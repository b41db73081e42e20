/** Lambda entry of the routes about the service. */
import { serve } from "../../shared/http/serve.ts";
import { baseConfig, readConfig } from "../../shared/platform/config.ts";
import { lambdaPlatform } from "../../shared/platform/platform.ts";
import { areas } from "../areas.ts";
import { metaRoutes } from "./contract.ts";
import { metaHandlers } from "./handlers.ts";

const config = readConfig(baseConfig, process.env);

export const handler = serve(metaRoutes, metaHandlers({ stage: config.STAGE, areas }), {
  platform: lambdaPlatform(),
});
