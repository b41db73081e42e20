/** Lambda entry of the providers' callbacks. It is kept small: a cold start counts against the provider's patience. */
import { serve } from "../../shared/http/serve.ts";
import { channelConfig } from "../../shared/payments/channel-variables.ts";
import { readConfig } from "../../shared/platform/config.ts";
import { lambdaPlatform } from "../../shared/platform/platform.ts";
import { documentClient } from "../../shared/table/client.ts";
import { createTable } from "../../shared/table/table.ts";
import { channelsOf } from "../../shared/wiring/channels.ts";
import { callbacksRoutes } from "./contract.ts";
import { callbacksHandlers } from "./handlers.ts";

const config = readConfig(channelConfig, process.env);
const platform = lambdaPlatform();

export const handler = serve(
  callbacksRoutes,
  callbacksHandlers({
    platform,
    table: createTable({ tableName: config.TABLE_NAME, client: documentClient() }),
    channels: channelsOf(platform, config),
  }),
  { platform },
);
