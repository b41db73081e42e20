/** `/oauth2/revoke` and `/oauth2/userInfo` as Cognito has them: the library's own differ too much. */

import type { IncomingMessage, ServerResponse } from "node:http";
import { isRevoked, refreshTokenOrigin, revokeGrant } from "./adapter.ts";
import { readForm, send, sendJson } from "./http.ts";
import type { PoolClient } from "./pool-options.ts";
import type { LiveStore } from "./store.ts";
import type { TokenMint } from "./tokens.ts";
import { identitiesOf, type UserDirectory, usernameOf, visibleAttributes } from "./users.ts";

/** What both endpoints need. */
export interface TokenServiceOptions {
  readonly clients: ReadonlyMap<string, PoolClient>;
  readonly users: UserDirectory;
  readonly mint: TokenMint;
  readonly store: LiveStore;
  readonly now: () => number;
  readonly revocationSeconds: number;
}

/**
 * Revokes a refresh token: it, those it was rotated into and the access tokens of the same sign-in. Answers 200 with
 * an empty body, also for a token that is unknown or was revoked before.
 */
export async function revoke(
  request: IncomingMessage,
  response: ServerResponse,
  options: TokenServiceOptions,
) {
  const refuse = (status: number, error: string) => sendJson(response, status, { error });
  if (request.method !== "POST") return refuse(405, "invalid_request");
  const form = await readForm(request);
  const client = options.clients.get(form.get("client_id") ?? "");
  const token = form.get("token");
  if (client === undefined) return refuse(401, "invalid_client");
  if (token === null || token === "" || !client.revocation) return refuse(400, "invalid_request");
  // Access and ID tokens are JWTs: three parts. Only refresh tokens can be revoked.
  if (token.split(".").length === 3) return refuse(400, "unsupported_token_type");
  const origin = refreshTokenOrigin(options.store, token);
  if (origin !== undefined) {
    if (origin.clientId !== client.clientId) return refuse(400, "invalid_request");
    revokeGrant(options.store, origin.grantId, options.revocationSeconds);
  }
  send(response, 200, "application/json", "", {
    "access-control-allow-origin": "*",
    "cache-control": "no-store",
  });
}

/** Answers the attributes that the access token's scopes let its holder see; booleans and `identities` are strings. */
export async function userInfo(
  request: IncomingMessage,
  response: ServerResponse,
  options: TokenServiceOptions,
) {
  const refuse = (description: string) =>
    sendJson(
      response,
      401,
      { error: "invalid_token", error_description: description },
      { "www-authenticate": `Bearer error="invalid_token", error_description="${description}"` },
    );
  const bearer = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? "")?.[1];
  if (bearer === undefined) return refuse("Access token is missing");
  const facts = await options.mint.readAccessToken(bearer, options.now());
  if (facts === undefined) return refuse("Access token is expired, disabled, or deleted");
  const user = options.users.find(facts.sub);
  if (user === undefined || isRevoked(options.store, facts.originJti)) {
    return refuse("Access token is expired, disabled, or deleted");
  }
  if (!facts.scopes.has("openid")) return refuse("Access token does not contain openid scope");
  const attributes = Object.entries(visibleAttributes(user, facts.scopes)).map(([name, value]) => [
    name,
    String(value),
  ]);
  sendJson(response, 200, {
    sub: user.sub,
    identities: JSON.stringify(identitiesOf(user)),
    ...Object.fromEntries(attributes),
    username: usernameOf(user),
  });
}
