/** The pool's own stops on a browser's way: authorize check, login page, return from a network, logout. */

import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type Provider from "oidc-provider";
import * as z from "zod";
import { redirect, sendHtml, withQuery } from "./http.ts";
import type { NetworkSite } from "./network-site.ts";
import type { Network } from "./networks.ts";
import { errorPage, providerPage } from "./pages.ts";
import type { PoolClient } from "./pool-options.ts";
import { CODE_SECONDS } from "./provider.ts";
import type { LiveStore } from "./store.ts";
import type { UserDirectory } from "./users.ts";

/** What these endpoints need. */
export interface BrowserEndpointOptions {
  readonly clients: ReadonlyMap<string, PoolClient>;
  readonly networks: readonly Network[];
  readonly site: NetworkSite;
  readonly users: UserDirectory;
  readonly store: LiveStore;
  readonly baseUrl: () => string;
}

/** A sign-in that is away at a network. */
const StoredJourney = z.object({ interactionId: z.string(), provider: z.string() });

/**
 * What must be right before anything may be sent back to an app: a known client and one of its callback URLs,
 * byte for byte. Answers the error page and says false when it is not.
 */
export function mayAuthorize(
  response: ServerResponse,
  url: URL,
  { clients }: BrowserEndpointOptions,
): boolean {
  const client = clients.get(url.searchParams.get("client_id") ?? "");
  if (client === undefined) {
    sendHtml(response, 400, errorPage("unauthorized_client", "No such application is registered here."));
    return false;
  }
  if (!client.callbackUrls.includes(url.searchParams.get("redirect_uri") ?? "")) {
    const description = "The redirect address is not registered for this application.";
    sendHtml(response, 400, errorPage("redirect_mismatch", description));
    return false;
  }
  // Without scopes a client gets all that it may have.
  if (!url.searchParams.get("scope")) url.searchParams.set("scope", client.allowedScopes.join(" "));
  return true;
}

/** Where a person goes to sign in: straight to the network that was asked for, or to the page that offers all. */
export function signInUrl(
  parameters: Readonly<Record<string, unknown>>,
  interactionId: string,
  { networks, site, store, baseUrl }: BrowserEndpointOptions,
): string {
  const network = networks.find(({ provider }) => provider === parameters.identity_provider);
  if (network === undefined) return withQuery(`${baseUrl()}/login`, strings(parameters));
  const state = randomBytes(24).toString("base64url");
  store.put(journeyKey(state), { interactionId, provider: network.provider }, CODE_SECONDS);
  return site.loginUrl(network, state);
}

/** `/login`: the client's providers, each a link that starts authorization again with that provider. */
export function login(response: ServerResponse, url: URL, options: BrowserEndpointOptions): void {
  if (!mayAuthorize(response, url, options)) return;
  const offered = options.clients.get(url.searchParams.get("client_id") ?? "")?.providers ?? [];
  const networks = options.networks.filter(({ provider }) => offered.includes(provider));
  const choices = networks.map((network) => {
    const parameters = { ...Object.fromEntries(url.searchParams), identity_provider: network.provider };
    return { network, href: withQuery(`${options.baseUrl()}/oauth2/authorize`, parameters) };
  });
  sendHtml(response, 200, providerPage(choices));
}

/** `/oauth2/idpresponse`: a person comes back from a network, signed in or not, and the waiting sign-in goes on. */
export async function idpResponse(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  provider: Provider,
  options: BrowserEndpointOptions,
): Promise<void> {
  const stored = options.store.take(journeyKey(url.searchParams.get("state") ?? ""));
  const journey = stored === undefined ? undefined : StoredJourney.parse(stored);
  const network = options.networks.find((candidate) => candidate.provider === journey?.provider);
  const interaction =
    journey === undefined ? undefined : await provider.Interaction.find(journey.interactionId);
  if (network === undefined || interaction === undefined) {
    sendHtml(
      response,
      400,
      errorPage("invalid_request", "This sign-in has expired or was already used. Start again."),
    );
    return;
  }
  const identity = options.site.redeem(url.searchParams.get("code") ?? "");
  if (identity?.provider !== network.provider) {
    const error = url.searchParams.get("error") === "access_denied" ? "access_denied" : "invalid_request";
    interaction.result = { error, error_description: `${network.provider} Error - ${error}` };
  } else {
    const { sub } = options.users.signedIn(network, identity);
    if (await forgetOtherSession(request, response, provider, sub)) interaction.session = undefined;
    interaction.result = { login: { accountId: sub } };
    // Cognito makes up a nonce for a federated sign-in that came without one, and puts it into the ID token.
    const openid = String(interaction.params.scope).split(" ").includes("openid");
    if (openid) interaction.params.nonce ??= randomBytes(24).toString("base64url");
  }
  await interaction.persist();
  redirect(response, 302, interaction.returnTo);
}

/** `/logout`: clears the browser's session and goes on to a registered page, or to a new login. No token is revoked. */
export async function logout(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  provider: Provider,
  options: BrowserEndpointOptions,
): Promise<void> {
  const client = options.clients.get(url.searchParams.get("client_id") ?? "");
  const logoutUri = url.searchParams.get("logout_uri");
  let target: string;
  if (logoutUri === null) {
    if (!mayAuthorize(response, url, options)) return;
    target = withQuery(`${options.baseUrl()}/login`, Object.fromEntries(url.searchParams));
  } else if (client === undefined || !client.logoutUrls.includes(logoutUri)) {
    sendHtml(
      response,
      400,
      errorPage("invalid_request", "This page to go to after logout is not registered."),
    );
    return;
  } else target = logoutUri;
  const session = await provider.Session.get(provider.createContext(request, response));
  await session.destroy();
  const expired = (name: string) =>
    `${name}=; path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT; httponly; samesite=lax`;
  const cookie = provider.cookieName("session");
  redirect(response, 302, target, { "set-cookie": [expired(cookie), expired(`${cookie}.sig`)] });
}

/** A browser that was signed in as somebody else starts afresh: the library would stop and ask about it. */
async function forgetOtherSession(
  request: IncomingMessage,
  response: ServerResponse,
  provider: Provider,
  sub: string,
): Promise<boolean> {
  const session = await provider.Session.get(provider.createContext(request, response));
  if (session.accountId === undefined || session.accountId === sub) return false;
  await session.destroy();
  return true;
}

function strings(parameters: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(parameters).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value] as const] : [],
  );
  return Object.fromEntries(entries);
}

const journeyKey = (state: string): string => `journey:${state}`;
