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

/** An authorizer whose keys are fetched when first needed, and again when a token names an unknown one. */
export function createJwtAuthorizer(model: AuthorizerModel, { localUrl, now }: JwtDeps): JwtAuthorizer {
  let keys: KeyFinder | undefined;
  return async (header, scopes) => {
    const token = header?.replace(/^Bearer\s+/i, "");
    if (token === undefined || token === "") return { refusal: unauthorized() };
    keys ??= createRemoteJWKSet(new URL(localUrl(`${model.issuer}/.well-known/jwks.json`)), {
      cooldownDuration: 1_000,
    });
    let claims: JWTPayload;
    try {
      const options = {
        issuer: model.issuer,
        algorithms: ["RS256", "RS384", "RS512"],
        currentDate: new Date(now()),
      };
      claims = (await jwtVerify(token, keys, options)).payload;
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
