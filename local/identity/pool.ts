/** A local Amazon Cognito user pool with managed login and federation: one HTTP handler on Cognito's real paths. */

import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import {
  type BrowserEndpointOptions,
  idpResponse,
  login,
  logout,
  mayAuthorize,
  signInUrl,
} from "./browser-endpoints.ts";
import { BadRequest, sendJson } from "./http.ts";
import { publicKeySet } from "./keys.ts";
import { createNetworkSite } from "./network-site.ts";
import { defaultNetworks } from "./networks.ts";
import { defaultPersonas } from "./personas.ts";
import { checkPoolOptions, type PoolNotice, type PoolOptions } from "./pool-options.ts";
import { createProvider, refreshSeconds } from "./provider.ts";
import { liveStore } from "./store.ts";
import { answerAsCognito } from "./token-endpoint.ts";
import { revoke, type TokenServiceOptions, userInfo } from "./token-services.ts";
import { createTokenMint } from "./tokens.ts";
import { createUserDirectory } from "./users.ts";

/** A running pool's server. */
export interface ListeningPool {
  /** Where it is reached, without a trailing slash. */
  readonly baseUrl: string;
  close(): Promise<void>;
}

/** A local user pool. */
export interface Pool {
  /** `https://cognito-idp.<region>.amazonaws.com/<poolId>`: the `iss` of its tokens. */
  readonly issuer: string;
  /** `https://<prefix>.auth.<region>.amazoncognito.com`: where deployed code believes the pool to be. */
  readonly domainUrl: string;
  /** Host names to answer for when traffic to AWS is turned to this machine. */
  readonly hosts: readonly string[];
  /** Answers any request to those hosts, or to the local address. Never rejects. */
  readonly handle: RequestListener;
  /** Serves on 127.0.0.1; port 0 takes a free one. Without a `baseUrl` option the pool takes the address it gets. */
  listen(port: number): Promise<ListeningPool>;
}

/** Opens a pool on its store. Throws when the settings are not ones that Cognito would take. */
export function createPool(options: PoolOptions): Pool {
  const networks = options.networks ?? defaultNetworks;
  checkPoolOptions(options, networks);
  const { region, poolId } = options;
  const issuer = `https://cognito-idp.${region}.amazonaws.com/${poolId}`;
  const domainHost = `${options.domainPrefix}.auth.${region}.amazoncognito.com`;
  const now = options.now ?? Date.now;
  const notify = options.notify ?? printErrors;
  options.store.deleteExpired(now());

  let address = options.baseUrl;
  const baseUrl = (): string => {
    if (address === undefined)
      throw new Error("The pool has no address yet: give it a baseUrl or call listen first.");
    return address;
  };

  const parts = assemble({ options, issuer, now, notify, baseUrl });

  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    parts.route(request, response).catch((error: unknown) => {
      if (error instanceof BadRequest) sendJson(response, error.status, { error: "invalid_request" });
      else {
        notify({ level: "error", message: `${request.method} ${request.url} failed: ${describe(error)}` });
        if (response.headersSent) response.destroy();
        else sendJson(response, 500, { error: "server_error" });
      }
    });
  };

  return {
    issuer,
    domainUrl: `https://${domainHost}`,
    hosts: [domainHost, `cognito-idp.${region}.amazonaws.com`],
    handle,
    listen: async (port) => {
      const server = createServer(handle);
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject).listen(port, "127.0.0.1", resolve);
      });
      const bound = server.address();
      if (bound === null || typeof bound === "string") throw new Error("The pool's server has no port.");
      address ??= `http://127.0.0.1:${bound.port}`;
      return {
        baseUrl: address,
        close: () =>
          new Promise((resolve, reject) => {
            server.close((error) => (error === undefined ? resolve() : reject(error)));
            server.closeAllConnections();
          }),
      };
    },
  };
}

interface Assembly {
  readonly options: PoolOptions;
  readonly issuer: string;
  readonly now: () => number;
  readonly notify: (notice: PoolNotice) => void;
  readonly baseUrl: () => string;
}

/** Puts the pool's parts together and says which answers which path. */
function assemble({ options, issuer, now, notify, baseUrl }: Assembly) {
  const { poolId, signingKeys } = options;
  const networks = options.networks ?? defaultNetworks;
  const personas = options.personas ?? defaultPersonas;
  const clients = new Map(options.clients.map((client) => [client.clientId, client]));
  const store = liveStore(options.store, now);
  const users = createUserDirectory({ poolId, store, now });
  const mint = createTokenMint(issuer, signingKeys);
  const site = createNetworkSite({ networks, personas, store, baseUrl });
  const revocationSeconds = Math.max(86_400, ...options.clients.map(refreshSeconds));
  const browser: BrowserEndpointOptions = { clients, networks, site, users, store, baseUrl };
  const services: TokenServiceOptions = { clients, users, mint, store, now, revocationSeconds };
  const provider = createProvider({
    issuer,
    clients,
    signingKeys,
    users,
    adapter: {
      store,
      now,
      rotationGraceSeconds: (clientId) => clients.get(clientId)?.rotationGraceSeconds ?? 0,
      revocationSeconds,
    },
    signInUrl: (parameters, interactionId) => signInUrl(parameters, interactionId, browser),
  });

  const groupsOf = (sub: string): readonly string[] => {
    const user = users.find(sub);
    if (user === undefined) return [];
    const own = personas.find(({ id }) => id === user.personaId)?.groups ?? [];
    const { groups } = options;
    const named = groups === undefined ? own : groupNamesOf(groups, user.personaId);
    return [`${poolId}_${user.provider}`, ...named];
  };
  answerAsCognito(provider, { clients, users, mint, groupsOf, now, notify });
  const library = provider.callback();

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Joined, not resolved: a path that starts with two slashes would name another host.
    const url = URL.parse(baseUrl() + (request.url ?? "/"));
    if (url === null || !request.url?.startsWith("/")) throw new BadRequest(400, "The request has no path.");
    // The library builds addresses from these: a browser on this machine must always get local ones.
    request.headers.host = url.host;
    request.headers["x-forwarded-host"] = url.host;
    request.headers["x-forwarded-proto"] = url.protocol.slice(0, -1);
    switch (url.pathname) {
      case `/${poolId}/.well-known/openid-configuration`:
        return sendJson(response, 200, discoveryDocument(issuer, `/${poolId}`, baseUrl()));
      case `/${poolId}/.well-known/jwks.json`:
        return sendJson(response, 200, publicKeySet(signingKeys));
      case "/login":
        return login(response, url, browser);
      case "/logout":
        return logout(request, response, url, provider, browser);
      case "/oauth2/idpresponse":
        return idpResponse(request, response, url, provider, browser);
      case "/oauth2/revoke":
        return revoke(request, response, services);
      case "/oauth2/userInfo":
        return userInfo(request, response, services);
      case "/oauth2/authorize":
        if (!mayAuthorize(response, url, browser)) return;
        request.url = `${url.pathname}${url.search}`;
        return library(request, response);
      case "/oauth2/token":
        request.headers.accept = "application/json";
        return library(request, response);
      default:
        if (await site.handle(request, response, url)) return;
        if (url.pathname.startsWith("/oauth2/authorize/")) return library(request, response);
        return sendJson(response, 404, { error: "not_found" });
    }
  };
  return { route };
}

/** Cognito's discovery document; endpoints are local ones, the issuer is the real one. */
function discoveryDocument(issuer: string, poolPath: string, baseUrl: string) {
  return {
    authorization_endpoint: `${baseUrl}/oauth2/authorize`,
    end_session_endpoint: `${baseUrl}/logout`,
    id_token_signing_alg_values_supported: ["RS256"],
    issuer,
    jwks_uri: `${baseUrl}${poolPath}/.well-known/jwks.json`,
    response_types_supported: ["code"],
    revocation_endpoint: `${baseUrl}/oauth2/revoke`,
    scopes_supported: ["openid", "email", "phone", "profile"],
    subject_types_supported: ["public"],
    token_endpoint: `${baseUrl}/oauth2/token`,
    token_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
    userinfo_endpoint: `${baseUrl}/oauth2/userInfo`,
  };
}

function groupNamesOf(
  groups: Readonly<Record<string, readonly string[]>>,
  personaId: string,
): readonly string[] {
  return Object.keys(groups).filter((name) => groups[name]?.includes(personaId));
}

function printErrors({ level, message }: PoolNotice): void {
  if (level === "error") console.error(`identity: ${message}`);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
