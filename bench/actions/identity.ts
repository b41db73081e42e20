/** What signing in and the own account cost. */
import { identityRoutes } from "../../functions/identity/contract.ts";
import { identityHandlers } from "../../functions/identity/handlers.ts";
import { createLoginClient } from "../../functions/identity/login-client.ts";
import { createDevices } from "../../shared/people/devices.ts";
import { startLoginDomain } from "../../test/builders/login-domain.ts";
import { FEW_ITERATIONS, testPepper } from "../../test/builders/pepper.ts";
import { createWorld, usd } from "../../test/builders/world.ts";
import type { ActionSet } from "./action-set.ts";

const redirectUri = "com.example.app://cb";
const tokens = (name: string) => ({
  status: 200,
  body: {
    access_token: name,
    id_token: name,
    refresh_token: `refresh-${name}`,
    token_type: "Bearer",
    expires_in: 900,
  },
});
const codeBody = {
  grantType: "authorization_code",
  code: "the-code",
  redirectUri,
  codeVerifier: "v".repeat(43),
};
const off = { purpose: "marketing", version: 1, granted: false };

export const identityActions: ActionSet = async ({ route }) => {
  const [world, domain] = await Promise.all([createWorld(), startLoginDomain()]);
  const handlers = identityHandlers({
    ...world,
    devices: createDevices(world),
    login: { url: domain.url, clientId: "app", scopes: "openid kith/wallet", providers: ["Google"] },
    loginClient: createLoginClient({ url: domain.url }),
    pepper: testPepper(),
    pinIterations: FEW_ITERATIONS,
  });
  const area = world.area(identityRoutes, handlers);
  const of = { world, name: "identity", routes: identityRoutes, area } as const;
  await world.person("ada", { funds: usd(100) });
  const as = "ada";

  await route(of, "listProviders", {}, { scene: "touches no table" });
  const query = {
    redirectUri,
    state: "state",
    nonce: "nonce",
    codeChallenge: "E".repeat(43),
    provider: "Google",
  };
  await route(of, "authorize", { query }, { scene: "touches no table" });

  domain.answer(tokens("ada"));
  await route(of, "token", { body: codeBody }, { scene: "a person who was here before" });
  domain.answer(tokens("new"));
  await route(of, "token", { body: codeBody }, { variant: "first sign-in", scene: "makes the account" });
  domain.answer(tokens("ada"));
  const refresh = { body: { grantType: "refresh_token", refreshToken: "refresh-ada" } };
  await route(of, "token", refresh, { variant: "refresh", scene: "touches no table" });

  await route(of, "getMe", { as }, { scene: "" });
  await route(of, "patchMe", { as, body: { displayName: "Ada L." } }, { scene: "another name" });
  await route(
    of,
    "patchMe",
    { as, body: { handle: "ada_lovelace" } },
    { variant: "handle", scene: "another handle" },
  );
  await route(of, "getConsents", { as }, { scene: "" });
  await route(of, "putConsents", { as, body: { consents: [off] } }, { scene: "one optional consent" });
  await route(
    of,
    "putPin",
    { as, body: { pin: "482913" } },
    { scene: "the first PIN, without its call to KMS" },
  );
  const change = { pin: "730551", currentPin: "482913" };
  await route(
    of,
    "putPin",
    { as, body: change },
    { variant: "change", scene: "another PIN, without its calls to KMS" },
  );
  await route(of, "getPin", { as }, { scene: "" });
  const forgotten = { as, body: { pin: "019284" } };
  await route(of, "resetPin", forgotten, { scene: "a forgotten PIN, without its call to KMS" });
  await route(of, "cancelPinReset", { as }, { scene: "one that waits" });
  const subject = { operation: "transfer", amount: usd(500_00) };
  const stepUp = await route(of, "createStepUp", { as, body: subject }, { scene: "" });
  const approval = { as, params: { id: String(stepUp.body.id) }, body: { pin: "730551" } };
  await route(of, "approveStepUp", approval, { scene: "the right PIN, without its call to KMS" });
  const device = { as, params: { deviceId: "phone-0001" } };
  const body = { platform: "ios", pushToken: "t".repeat(64) };
  await route(of, "putDevice", { ...device, body }, { scene: "a new device" });
  await route(of, "putDevice", { ...device, body }, { variant: "known", scene: "at each start of the app" });
  await route(of, "deleteDevice", device, { scene: "" });

  domain.answer({ status: 200 });
  const session = { body: { refreshToken: "refresh-ada" } };
  await route(of, "revoke", { as, ...session }, { scene: "one currency, with the bearer token" });
  await domain.close();
  world.close();
};
