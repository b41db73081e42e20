/** Lambda entry of the sign-in, account, consent, PIN and device routes. */
import * as z from "zod";
import { serve } from "../../shared/http/serve.ts";
import { createDevices } from "../../shared/people/devices.ts";
import { kmsPepper } from "../../shared/pin/kms-pepper-client.ts";
import { pinConfig } from "../../shared/pin/settings.ts";
import { listVariable, readConfig } from "../../shared/platform/config.ts";
import { ledgerOf, moneyConfig } from "../../shared/wiring/storage.ts";
import { userArea, userAreaConfig } from "../../shared/wiring/user-area.ts";
import { identityRoutes } from "./contract.ts";
import { identityHandlers } from "./handlers.ts";
import { createLoginClient } from "./login-client.ts";

const config = readConfig(
  userAreaConfig.extend({
    ...moneyConfig,
    // The first client is the app's own.
    USER_POOL_CLIENT_ID: listVariable.pipe(z.tuple([z.string()], z.string())),
    LOGIN_URL: z.url().transform((url) => url.replace(/\/+$/, "")),
    IDENTITY_PROVIDERS: listVariable,
    LOGIN_SCOPES: z.string().min(1),
    PIN_KEY_ID: z.string().min(1),
    ...pinConfig,
  }),
  process.env,
);
const area = userArea(config);
const login = {
  url: config.LOGIN_URL,
  clientId: config.USER_POOL_CLIENT_ID[0],
  scopes: config.LOGIN_SCOPES,
  providers: config.IDENTITY_PROVIDERS,
};

export const handler = serve(
  identityRoutes,
  identityHandlers({
    ...area,
    ledger: ledgerOf(area, config),
    devices: createDevices(area),
    login,
    loginClient: createLoginClient(login),
    pepper: kmsPepper(config.PIN_KEY_ID),
    pinSettings: config.PIN_SETTINGS,
  }),
  area,
);
