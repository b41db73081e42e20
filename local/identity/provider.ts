/** The certified OpenID library, set up to behave as Cognito's endpoints do. */

import { randomUUID } from "node:crypto";
import Provider, {
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
} from "oidc-provider";
import { type AdapterOptions, createAdapterFactory } from "./adapter.ts";
import { cookieSecret, type SigningKeys } from "./keys.ts";
import { errorPage } from "./pages.ts";
import type { PoolClient } from "./pool-options.ts";
import type { UserDirectory } from "./users.ts";

/** Cognito's code lives five minutes, and so does the round trip to a network. */
export const CODE_SECONDS = 300;
/** Cognito's browser session: a silent new sign-in is possible for an hour. */
const SESSION_SECONDS = 3600;
const DAY_SECONDS = 86_400;

/** What the library is set up from. */
export interface ProviderOptions {
  readonly issuer: string;
  readonly clients: ReadonlyMap<string, PoolClient>;
  readonly signingKeys: SigningKeys;
  readonly users: UserDirectory;
  readonly adapter: AdapterOptions;
  /** Where a person who has to sign in is sent; the request's parameters tell for which client and provider. */
  readonly signInUrl: (parameters: Readonly<Record<string, unknown>>, interactionId: string) => string;
}

/** Makes the library's server. Endpoints that differ from Cognito's are switched off and are ours. */
export function createProvider(options: ProviderOptions): Provider {
  const provider = new Provider(options.issuer, configurationOf(options));
  // Host and scheme are set by the pool's handler from its own address, whatever the caller sent.
  provider.proxy = true;
  return provider;
}

function configurationOf(options: ProviderOptions): Configuration {
  const { clients, users, signingKeys } = options;
  const clientOf = (id: string | undefined): PoolClient => {
    const client = clients.get(id ?? "");
    if (client === undefined) throw new errors.InvalidClient("unknown client");
    return client;
  };
  return {
    adapter: createAdapterFactory(options.adapter),
    clients: [...clients.values()].map(clientMetadata),
    // The library signs an ID token of its own, which the pool replaces; so it needs one key.
    jwks: { keys: [{ ...signingKeys.idToken }] },
    scopes: [...new Set([...clients.values()].flatMap(({ allowedScopes }) => allowedScopes))],
    claims: { openid: ["sub"] },
    routes: { authorization: "/oauth2/authorize", token: "/oauth2/token", jwks: "/oauth2/keys" },
    responseTypes: ["code"],
    pkce: { required: () => false },
    clientBasedCORS: () => true,
    cookies: {
      keys: [cookieSecret(signingKeys)],
      names: { session: "cognito", interaction: "cognito-interaction", resume: "cognito-resume" },
    },
    features: {
      devInteractions: { enabled: false },
      dPoP: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      resourceIndicators: { enabled: false },
      revocation: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      userinfo: { enabled: false },
    },
    ttl: {
      AccessToken: (_ctx, _token, client) => clientOf(client.clientId).accessTokenMinutes * 60,
      IdToken: (_ctx, _token, client) => clientOf(client.clientId).idTokenMinutes * 60,
      AuthorizationCode: CODE_SECONDS,
      Interaction: CODE_SECONDS,
      Session: SESSION_SECONDS,
      Grant: (_ctx, grant) => refreshSeconds(clientOf(grant.clientId)) + CODE_SECONDS,
      // A rotated token inherits the remaining life of the first one.
      RefreshToken: (ctx, _token, client) =>
        Math.max(
          1,
          ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? refreshSeconds(clientOf(client.clientId)),
        ),
    },
    issueRefreshToken: () => true,
    expiresWithSession: () => false,
    rotateRefreshToken: (ctx) => clientOf(ctx.oidc.client?.clientId).rotationGraceSeconds !== undefined,
    extraParams: {
      identity_provider: (ctx, value, client) => checkRequest(ctx, value, clientOf(client.clientId)),
    },
    interactions: {
      policy: signInPolicy(users),
      url: (_ctx, { params, uid }) => options.signInUrl(params, uid),
    },
    findAccount: (_ctx, sub) =>
      users.find(sub) === undefined ? undefined : { accountId: sub, claims: () => ({ sub }) },
    loadExistingGrant: freshGrant,
    renderError: (ctx, { error, error_description: description }) => {
      ctx.type = "html";
      ctx.body = errorPage(error, description ?? "The request cannot be answered.");
    },
  };
}

/** How long a client's refresh tokens live, in whole seconds. */
export function refreshSeconds(client: PoolClient): number {
  return Math.floor(client.refreshTokenDays * DAY_SECONDS);
}

function clientMetadata(client: PoolClient) {
  // Only "native" takes custom schemes, but it also takes any loopback port: the pool compares exactly in front.
  const web = client.callbackUrls.every((url) => /^https?:/.test(url));
  return {
    client_id: client.clientId,
    application_type: web ? ("web" as const) : ("native" as const),
    redirect_uris: [...client.callbackUrls],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code" as const],
    token_endpoint_auth_method: "none" as const,
    id_token_signed_response_alg: "RS256" as const,
    scope: client.allowedScopes.join(" "),
  };
}

/** No consent page, and a session of one provider does not answer for another. */
function signInPolicy(users: UserDirectory): interactionPolicy.Prompt[] {
  const policy = interactionPolicy.base();
  policy.remove("consent");
  const asksForOther = (ctx: KoaContextWithOIDC): boolean => {
    const asked = ctx.oidc.params?.identity_provider;
    const sub = ctx.oidc.session?.accountId;
    if (typeof asked !== "string" || sub === undefined) return false;
    return users.find(sub)?.provider !== asked;
  };
  const check = new interactionPolicy.Check(
    "other_provider",
    "another identity provider is asked for",
    asksForOther,
  );
  policy.get("login")?.checks.add(check);
  return policy;
}

/** Each sign-in gets a grant of its own, so that revoking one refresh token leaves other devices alone. */
async function freshGrant(ctx: KoaContextWithOIDC) {
  const { provider, client, session } = ctx.oidc;
  if (client === undefined || session?.accountId === undefined) return undefined;
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.jti = randomUUID();
  grant.addOIDCScope(ctx.oidc.requestParamScopes);
  await grant.save();
  return grant;
}

function checkRequest(ctx: KoaContextWithOIDC, provider: string | undefined, client: PoolClient): void {
  if (provider !== undefined && !client.providers.includes(provider)) {
    throw new errors.InvalidRequest(`identity provider ${provider} is not enabled for this client`);
  }
  // The library drops scopes it does not know; Cognito refuses them.
  const asked = String(ctx.query.scope ?? "")
    .split(" ")
    .filter(Boolean);
  const unknown = asked.find((scope) => !client.allowedScopes.includes(scope));
  if (unknown !== undefined) throw new errors.InvalidScope("invalid_scope", unknown);
}
