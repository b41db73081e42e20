// Starts what stands in for Cognito: the user pools' sign-in servers.

import path from "node:path";
import * as z from "zod";
import {
  createPool,
  generateSigningKeys,
  openSqliteIdentityStore,
  type SigningKeys,
} from "../identity/index.ts";
import type { CloudClock } from "./clock.ts";
import type { Log } from "./log.ts";
import type { SecretStore } from "./services/secrets.ts";
import type { StateStore } from "./state.ts";
import type { PoolModel } from "./template/model.ts";

export type SimulatorDeps = {
  readonly stateDirectory: string;
  readonly region: string;
  readonly clock: CloudClock;
  readonly log: Log;
  readonly secrets: SecretStore;
  readonly state: StateStore;
};

export type RunningPool = {
  readonly model: PoolModel;
  readonly url: string;
  /** Public hosts that this pool answers for. */
  readonly hosts: readonly string[];
  stop(): Promise<void>;
};

const SigningKeyShape = z.looseObject({ kid: z.string(), kty: z.string() });
const SigningKeysShape = z.object({ idToken: SigningKeyShape, accessToken: SigningKeyShape });

/** Starts a pool of the template on a free port. */
export async function startPool(model: PoolModel, deps: SimulatorDeps): Promise<RunningPool> {
  const { clock, log, region } = deps;
  const [loginHost = `${model.id}.auth.${region}.amazoncognito.com`] = model.loginHosts;
  const store = openSqliteIdentityStore(path.join(deps.stateDirectory, `${model.logicalId}.sqlite`));
  const write = log.of("sign-in");
  const pool = createPool({
    region,
    poolId: model.id,
    domainPrefix: loginHost.split(".")[0] ?? "",
    clients: model.clients.map((client) => ({
      clientId: client.id,
      callbackUrls: client.callbackUrls,
      logoutUrls: client.logoutUrls,
      allowedScopes: client.scopes,
      providers: client.providers.filter((provider) => provider !== "COGNITO"),
      accessTokenMinutes: client.accessTokenSeconds / 60,
      idTokenMinutes: client.idTokenSeconds / 60,
      refreshTokenDays: client.refreshTokenSeconds / 86_400,
      rotationGraceSeconds: client.rotationGraceSeconds,
      revocation: client.revocation,
    })),
    signingKeys: await signingKeysOf(model, deps.secrets),
    store,
    now: clock.now,
    notify: ({ level, message }) => write(level === "error" ? "error" : "sign-in", message),
  });
  const listening = await pool.listen(0);
  return {
    model,
    url: listening.baseUrl,
    hosts: [...new Set([...pool.hosts, ...model.loginHosts])],
    stop: async () => {
      await listening.close();
      store.close();
    },
  };
}

async function signingKeysOf(model: PoolModel, secrets: SecretStore): Promise<SigningKeys> {
  const made = JSON.stringify(await generateSigningKeys());
  return SigningKeysShape.parse(JSON.parse(secrets.keep(`pool:${model.logicalId}`, () => made)));
}
