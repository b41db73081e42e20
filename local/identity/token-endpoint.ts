/** Turns the library's answers at `/oauth2/token` and on redirects into Cognito's. */

import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";
import { clockShiftSeconds } from "./adapter.ts";
import type { PoolClient, PoolNotice } from "./pool-options.ts";
import type { TokenMint } from "./tokens.ts";
import type { UserDirectory } from "./users.ts";

/** What the answers are made from. */
export interface AnswerOptions {
  readonly clients: ReadonlyMap<string, PoolClient>;
  readonly users: UserDirectory;
  readonly mint: TokenMint;
  readonly groupsOf: (sub: string) => readonly string[];
  readonly now: () => number;
  readonly notify: (notice: PoolNotice) => void;
}

/** The errors that Cognito's token endpoint knows; anything else is a bad request there. */
const TOKEN_ERRORS: ReadonlySet<string> = new Set([
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "unauthorized_client",
  "unsupported_grant_type",
]);

/** Hooks the translation into the library's server. */
export function answerAsCognito(provider: Provider, options: AnswerOptions): void {
  provider.use(async (ctx, next) => {
    try {
      await next();
      const oidc: KoaContextWithOIDC["oidc"] | undefined = ctx.oidc;
      if (ctx.path === "/oauth2/token") await answerTokens(ctx, oidc, options);
      const location = ctx.res.getHeader("location");
      if (typeof location === "string") ctx.set("location", withoutIssuer(location));
    } catch (error) {
      options.notify({ level: "error", message: `${ctx.method} ${ctx.path} failed: ${stackOf(error)}` });
      ctx.status = 500;
      ctx.body = { error: "server_error" };
    }
  });

  provider.on("grant.error", (ctx, error) => {
    options.notify({ level: "info", message: `token refused at ${ctx.path}: ${describe(error)}` });
  });
  provider.on("authorization.error", (_ctx, error) => {
    options.notify({ level: "info", message: `sign-in refused: ${describe(error)}` });
  });
  provider.on("server_error", (ctx, error) => {
    options.notify({
      level: "error",
      message: `${ctx.method} ${ctx.path} failed: ${stackOf(error)}`,
    });
  });
}

/** The part of the library's context that an answer is written to. */
interface Answer {
  status: number;
  body: unknown;
}

async function answerTokens(
  answer: Answer,
  oidc: KoaContextWithOIDC["oidc"] | undefined,
  options: AnswerOptions,
): Promise<void> {
  if (answer.status >= 500) answer.body = { error: "server_error" };
  else if (answer.status >= 400) {
    // A wrong method has no body and stays a 404; a refusal is always a 400 with one word.
    const status = answer.status === 404 ? 404 : 400;
    answer.body = { error: tokenError(answer.body) };
    answer.status = status;
  } else if (answer.status === 200 && oidc !== undefined) {
    answer.body = await cognitoTokens(oidc, answer.body, options);
  }
}

/** The library decided who gets tokens for what; the pool mints them in Cognito's form. */
async function cognitoTokens(oidc: KoaContextWithOIDC["oidc"], body: unknown, options: AnswerOptions) {
  const { AccessToken: access, AuthorizationCode: code, RefreshToken: refresh } = oidc.entities;
  const client = options.clients.get(oidc.client?.clientId ?? "");
  const user = access === undefined ? undefined : options.users.find(access.accountId);
  const libraryAuthTime = code?.authTime ?? refresh?.authTime;
  if (access === undefined || client === undefined || user === undefined || libraryAuthTime === undefined) {
    throw new Error("A token was granted without a client, a user or a time of sign-in.");
  }
  const issuedAt = Math.floor(options.now() / 1000);
  const tokens = await options.mint.mint({
    user,
    groups: options.groupsOf(user.sub),
    clientId: client.clientId,
    scope: access.scope ?? "",
    originJti: access.grantId,
    // The shift is rounded, so it can overtake the moment of issue by a second: no token is older than its sign-in.
    authTime: Math.min(issuedAt, libraryAuthTime + clockShiftSeconds(options.now)),
    issuedAt,
    accessTokenSeconds: client.accessTokenMinutes * 60,
    idTokenSeconds: client.idTokenMinutes * 60,
    nonce: code?.nonce,
  });
  // Without rotation Cognito answers a refresh with no refresh token: the client keeps the one it has.
  const gaveRefresh = code !== undefined || client.rotationGraceSeconds !== undefined;
  return {
    ...(tokens.idToken === undefined ? {} : { id_token: tokens.idToken }),
    access_token: tokens.accessToken,
    ...(gaveRefresh ? { refresh_token: memberOf(body, "refresh_token") } : {}),
    expires_in: client.accessTokenMinutes * 60,
    token_type: "Bearer",
  };
}

function tokenError(body: unknown): string {
  const error = memberOf(body, "error");
  return typeof error === "string" && TOKEN_ERRORS.has(error) ? error : "invalid_request";
}

function memberOf(body: unknown, name: string): unknown {
  return typeof body === "object" && body !== null ? Reflect.get(body, name) : undefined;
}

/** Cognito puts no `iss` (RFC 9207) on its redirects; the library always does. */
function withoutIssuer(location: string): string {
  const url = URL.parse(location);
  if (url === null || !url.searchParams.has("iss")) return location;
  url.searchParams.delete("iss");
  return url.href;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function describe(error: {
  error?: string;
  error_description?: string | undefined;
  error_detail?: string | undefined;
}) {
  return [error.error, error.error_description, error.error_detail].filter(Boolean).join(": ");
}
