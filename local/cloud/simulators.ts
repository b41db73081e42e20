// Starts what stands in for others: the user pools' sign-in servers and the payment provider.

import { randomBytes } from "node:crypto";
import path from "node:path";
import * as z from "zod";
import {
  createPool,
  generateSigningKeys,
  openSqliteIdentityStore,
  type SigningKeys,
} from "../identity/index.ts";
import { createStripeSimulator, type StripeSimulator } from "../stripe/simulator.ts";
import type { CloudClock } from "./clock.ts";
import { parseObject } from "./json.ts";
import type { Log } from "./log.ts";
import type { SecretStore } from "./services/secrets.ts";
import type { StateStore } from "./state.ts";
import type { PoolModel, SecretModel } from "./template/model.ts";

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

export type RunningStripe = { readonly simulator: StripeSimulator; readonly url: string };

const StripeSecret = z.object({
  apiKey: z.string(),
  publishableKey: z.string(),
  webhookSecrets: z.array(z.string()).min(1),
});

/** Names of secrets that hold the payment provider's keys end so. */
const isStripeSecret = (secret: SecretModel): boolean => /(^|\/)stripe$/i.test(secret.name);

/**
 * Starts the simulator when the template has a secret for it, with the keys that the secret holds; an empty secret is
 * filled with new ones. Throws when the secret holds something else.
 */
export async function startStripe(
  declared: readonly SecretModel[],
  deps: SimulatorDeps,
): Promise<RunningStripe | undefined> {
  const secret = declared.find(isStripeSecret);
  if (secret === undefined) return undefined;
  const { secrets, clock, state } = deps;
  const current = parseObject(secrets.valueOf(secret.name) ?? "{}") ?? {};
  if (Object.keys(current).length === 0) secrets.set(secret.name, JSON.stringify(newStripeKeys()));
  const keys = StripeSecret.parse(parseObject(secrets.valueOf(secret.name) ?? ""));
  const write = deps.log.of("stripe");
  const simulator = createStripeSimulator({
    secretKey: keys.apiKey,
    publishableKey: keys.publishableKey,
    webhookSecret: keys.webhookSecrets[0] ?? "",
    accountId: secrets.keep("stripe:account", () => `acct_${randomBytes(8).toString("hex")}`),
    now: clock.now,
    schedule: (ms, run) => void clock.after(ms, run),
    random: Math.random,
    store: { load: () => state.get("stripe:state"), save: (json) => state.set("stripe:state", json) },
    log: (line) => write("stripe", line),
  });
  const port = await simulator.listen(0);
  return { simulator, url: `http://127.0.0.1:${port}` };
}

function newStripeKeys(): z.input<typeof StripeSecret> {
  const random = (): string => randomBytes(18).toString("hex");
  return {
    apiKey: `sk_test_${random()}`,
    publishableKey: `pk_test_${random()}`,
    webhookSecrets: [`whsec_${random()}`],
  };
}

/** Whether a webhook is being sent at this moment. One that waits for its next attempt is not. */
export async function hasWebhooksOnTheirWay(stripe: RunningStripe | undefined): Promise<boolean> {
  if (stripe === undefined) return false;
  const next = new Promise<boolean>((resolve) => setImmediate(() => resolve(true)));
  return Promise.race([stripe.simulator.control.idle().then(() => false), next]);
}
