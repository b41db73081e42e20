/** The environment of each function, from the stage's settings and from what the stacks have made. */
import { areas } from "../functions/areas.ts";
import { API_PREFIX, type RouteTable } from "../shared/http/route.ts";
import { access } from "./access.ts";
import type { Stage } from "./config.ts";
import { apiFunctionNames, type FunctionName, physicalName } from "./functions.ts";

/** OAuth scope of our own that every call needs: an ID token has no scopes, so the gateway refuses it. */
export const WALLET_SCOPE = { server: "kith", name: "wallet" } as const;
export const walletScope = `${WALLET_SCOPE.server}/${WALLET_SCOPE.name}`;
export const loginScopes = ["openid", "email", "profile", walletScope] as const;

/** What only the stacks know. Values may be deploy-time tokens. */
export type Wiring = {
  readonly tableName: string;
  /** Channel → ARN of its secret. */
  readonly channelSecretArns: Readonly<Record<string, string>>;
  /** The API's public address, without the prefix of its version. */
  readonly apiUrl: string;
  readonly pinKeyArn: string;
  /** Queue name to URL, for functions that send. */
  readonly queueUrls?: Readonly<Record<string, string>>;
  readonly login?: { readonly userPoolId: string; readonly clientId: string; readonly url: string };
  /** JSON that may hold tokens: `Stack.toJsonString`. */
  readonly json: (value: unknown) => string;
};

const withLedger: readonly FunctionName[] = [
  // Revoking a session writes to the person's chains.
  "identity",
  "wallet",
  "transfers",
  "payments",
  "payments-consumer",
  "payments-sweep",
  "referrals",
  "referrals-consumer",
  // A freeze writes to the person's chains.
  "risk-consumer",
  "reconciliation-consumer",
  "ops",
  "audit",
];
/** Where people's money is moved under limits, and where it is watched. */
const withRisk: readonly FunctionName[] = ["transfers", "payments", "risk-consumer"];
const withChannels: readonly FunctionName[] = [
  "payments",
  "payments-consumer",
  "payments-sweep",
  "callbacks",
  "reconciliation-consumer",
  "reconciliation-schedule",
];

/** Whether an area has routes for signed-in callers, whose tokens the function verifies itself once more. */
export function servesSignedIn(name: FunctionName): boolean {
  const area = apiFunctionNames.find((known) => known === name);
  if (area === undefined) return false;
  const routes: RouteTable = areas[area];
  return Object.values(routes).some((route) => route.auth === "user" || route.auth === "ops");
}

/** @throws Error when a stack forgot to hand over what the function's environment needs. */
function wired<T>(value: T | undefined, what: string, name: FunctionName): T {
  if (value === undefined)
    throw new Error(`The function ${name} needs ${what}, which its stack did not hand over`);
  return value;
}

/** Every variable of one function, as strings. */
export function environmentOf(name: FunctionName, stage: Stage, wiring: Wiring): Record<string, string> {
  const { settings } = stage;
  const grants = access[name];
  const environment: Record<string, string> = {
    TABLE_NAME: wiring.tableName,
    STAGE: stage.name,
    LOG_LEVEL: settings.logs.level,
    // With the stage in it: the metrics of two stages in one account must not add up.
    POWERTOOLS_SERVICE_NAME: physicalName(stage.name, name),
    POWERTOOLS_METRICS_NAMESPACE: "Kith",
  };
  if (servesSignedIn(name)) {
    const login = wired(wiring.login, "the user pool", name);
    environment["USER_POOL_ID"] = login.userPoolId;
    environment["USER_POOL_CLIENT_ID"] = login.clientId;
  }
  if (name === "identity") {
    environment["LOGIN_URL"] = wired(wiring.login, "the login domain", name).url;
    environment["IDENTITY_PROVIDERS"] = Object.keys(settings.identityProviders).join(",");
    environment["LOGIN_SCOPES"] = loginScopes.join(" ");
  }
  if (grants.push) environment["PUSH_APPLICATIONS"] = JSON.stringify(settings.pushApplications);
  if (grants.email) environment["EMAIL_FROM"] = settings.email.from;
  if (grants.pinKey) {
    environment["PIN_KEY_ID"] = wiring.pinKeyArn;
    environment["PIN_SETTINGS"] = JSON.stringify(settings.pin);
  }
  // People of ops name channels; ops speaks to none.
  if (name === "ops" || withChannels.includes(name))
    environment["CHANNELS"] = JSON.stringify(settings.channels);
  if (withChannels.includes(name)) {
    environment["CHANNEL_SECRETS"] = wiring.json(wiring.channelSecretArns);
    environment["CALLBACKS_URL"] = `${wiring.apiUrl}${API_PREFIX}/callbacks`;
  }
  if (name === "payments" || name === "payments-consumer")
    environment["ROUTING"] = JSON.stringify(settings.routing);
  if (name === "reconciliation-consumer") environment["FEE_RULES"] = JSON.stringify(settings.feeRules);
  if (withLedger.includes(name)) {
    environment["LIMITS"] = JSON.stringify(settings.limits);
    environment["LEDGER_SHARDS"] = JSON.stringify(settings.ledgerShards);
  }
  if (withRisk.includes(name)) environment["RISK"] = JSON.stringify(settings.risk);
  if (grants.queues) {
    const urls = wired(wiring.queueUrls, "queue URLs", name);
    const entries = grants.queues.map((queue) => [
      queue,
      wired(urls[queue], `the URL of queue ${queue}`, name),
    ]);
    environment["QUEUE_URLS"] = wiring.json(Object.fromEntries(entries));
  }
  return environment;
}
