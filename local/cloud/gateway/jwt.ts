// The HTTP API's JWT authorizer: signature by the issuer's keys, iss, aud or client_id, exp, nbf, iat, scopes.
// See "Control access to HTTP APIs with JWT authorizers in API Gateway".

import {
  createRemoteJWKSet,
  type FlattenedJWSInput,
  type JWSHeaderParameters,
  type JWTPayload,
  jwtVerify,
} from "jose";
import { stringsOf } from "../json.ts";
import type { AuthorizerModel } from "../template/model.ts";
import { gatewayReply, type HttpReply } from "./reply.ts";

export type JwtOutcome = { readonly claims: JWTPayload } | { readonly refusal: HttpReply };
export type JwtAuthorizer = (token: string | undefined, scopes: readonly string[]) => Promise<JwtOutcome>;

type KeyFinder = (
  header: JWSHeaderParameters,
  token: FlattenedJWSInput,
) => ReturnType<ReturnType<typeof createRemoteJWKSet>>;

export type JwtDeps = {
  /** Local address of a public one: where an issuer's keys are fetched from. */
  readonly localUrl: (url: string) => string;
  readonly now: () => number;
};

const REMEMBERED_TOKENS = 1_000;
const REMEMBERED_MS = 60_000;

/**
 * Tokens whose signature and claims were found good less than a minute ago. An app sends the same one many times;
 * one that has expired since is verified again, and refused.
 */
function createMemory(now: () => number) {
  const known = new Map<string, { readonly claims: JWTPayload; readonly at: number }>();
  return {
    recall: (token: string): JWTPayload | undefined => {
      const found = known.get(token);
      if (found === undefined) return undefined;
      const at = now();
      const isFresh = at >= found.at && at < found.at + REMEMBERED_MS;
      if (isFresh && found.claims.exp !== undefined && at < found.claims.exp * 1_000) return found.claims;
      known.delete(token);
      return undefined;
    },
    keep: (token: string, claims: JWTPayload): void => {
      if (known.size >= REMEMBERED_TOKENS) known.delete(known.keys().next().value ?? token);
      known.set(token, { claims, at: now() });
    },
  };
}

/** An authorizer whose keys are fetched when first needed, and again when a token names an unknown one. */
export function createJwtAuthorizer(model: AuthorizerModel, { localUrl, now }: JwtDeps): JwtAuthorizer {
  const memory = createMemory(now);
  let keys: KeyFinder | undefined;
  const verify = async (token: string): Promise<JWTPayload> => {
    const recalled = memory.recall(token);
    if (recalled !== undefined) return recalled;
    keys ??= createRemoteJWKSet(new URL(localUrl(`${model.issuer}/.well-known/jwks.json`)), {
      cooldownDuration: 1_000,
    });
    const { payload } = await jwtVerify(token, keys, {
      issuer: model.issuer,
      algorithms: ["RS256", "RS384", "RS512"],
      currentDate: new Date(now()),
    });
    memory.keep(token, payload);
    return payload;
  };
  return async (header, scopes) => {
    const token = header?.replace(/^Bearer\s+/i, "");
    if (token === undefined || token === "") return { refusal: unauthorized() };
    let claims: JWTPayload;
    try {
      claims = await verify(token);
    } catch (cause) {
      return { refusal: unauthorized(cause instanceof Error ? cause.message : "invalid token") };
    }
    const audiences = claims.aud === undefined ? stringsOf(claims["client_id"]) : stringsOf(claims.aud);
    if (!model.audience.some((wanted) => audiences.includes(wanted))) {
      return { refusal: unauthorized("the token has an invalid audience") };
    }
    const granted = [claims["scope"], claims["scp"]].flatMap((value) =>
      typeof value === "string" ? value.split(" ") : stringsOf(value),
    );
    if (scopes.length > 0 && !scopes.some((scope) => granted.includes(scope))) {
      return { refusal: gatewayReply(403, "Forbidden") };
    }
    return { claims };
  };
}

function unauthorized(description?: string): HttpReply {
  const challenge =
    description === undefined
      ? "Bearer"
      : `Bearer scope="" error="invalid_token" error_description="${description.replaceAll('"', "'")}"`;
  return gatewayReply(401, "Unauthorized", [["www-authenticate", challenge]]);
}
