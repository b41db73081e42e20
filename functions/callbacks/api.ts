/** Lambda entry of the providers' callbacks. It is kept small: a cold start counts against the provider's patience. */
import { serve } from "../../shared/http/serve.ts";
import { channelConfig, readStripeKeys } from "../../shared/payments/channel-settings.ts";
import { readConfig } from "../../shared/platform/config.ts";
import { lambdaPlatform } from "../../shared/platform/platform.ts";
import { secretsManager } from "../../shared/platform/secrets.ts";
import { createTable, documentClient } from "../../shared/table/table.ts";
import { callbacksRoutes } from "./contract.ts";
import { callbacksHandlers } from "./handlers.ts";

const config = readConfig(channelConfig, process.env);
const platform = lambdaPlatform();
const secrets = secretsManager(platform.clock);

export const handler = serve(
  callbacksRoutes,
  callbacksHandlers({
    platform,
    table: createTable({ tableName: config.TABLE_NAME, client: documentClient() }),
    settings: config.CHANNELS,
    webhookSecrets: async () => (await readStripeKeys(secrets, config.STRIPE_SECRET_ARN)).webhookSecrets,
  }),
  { platform },
);
