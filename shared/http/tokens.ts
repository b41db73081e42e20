/**
 * Access tokens, verified in our own code after the gateway did: signature by the user pool's keys, issuer, token use,
 * client, times. The gateway does not tell an ID token from an access token; this does.
 */

import { hash } from "node:crypto";
import { CognitoJwtVerifier } from "aws-jwt-verify";
import {
  FetchError,
  JwksNotAvailableInCacheError,
  JwksValidationError,
  JwkValidationError,
  JwtInvalidIssuerError,
} from "aws-jwt-verify/error";
import { SimpleJwksCache } from "aws-jwt-verify/jwk";
import * as z from "zod";
import { err, ok, type Result } from "../result.ts";

export type AccessToken = {
  /** The user pool's subject. */
  readonly subject: string;
  /** As in `Google_1130…`. */
  readonly username: string;
  readonly groups: readonly string[];
  /** A short digest of the session's id (`origin_jti`). */
  readonly session: string;
  /** Epoch seconds of the sign-in. */
  readonly signedInAt: number;
  /** Epoch seconds at which this token was made; a session is given many, one after the other. */
  readonly issuedAt: number;
  /** Epoch seconds. */
  readonly expiresAt: number;
};

export type IdToken = {
  readonly subject: string;
  readonly username: string;
  readonly name?: string | undefined;
  readonly email?: string | undefined;
  readonly emailVerified?: boolean | undefined;
  readonly picture?: string | undefined;
  readonly locale?: string | undefined;
};

export type TokenRefusal = { readonly code: "token-refused" | "keys-unavailable"; readonly reason: string };

export type TokenVerifier = {
  readonly access: (jwt: string) => Promise<Result<AccessToken, TokenRefusal>>;
  readonly id: (jwt: string) => Promise<Result<IdToken, TokenRefusal>>;
};

const KEYS_TIMEOUT_MS = 3000;

/**
 * The pool's keys through `fetch`; @see aws-jwt-verify, SimpleJwksCache and its fetcher. Whatever goes wrong on the way
 * is a `FetchError`: a network fault must not read as a fault of the token.
 */
const keysOf = (keysUri: string) => ({
  fetch: async (uri: string): Promise<ArrayBuffer> => {
    // The library knows a second issuer for every pool; a token must not make us call a host that we do not use.
    if (uri !== keysUri) throw new JwtInvalidIssuerError("not the issuer of this pool", uri, keysUri);
    try {
      const answer = await fetch(uri, { signal: AbortSignal.timeout(KEYS_TIMEOUT_MS) });
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      return await answer.arrayBuffer();
    } catch (cause) {
      throw new FetchError(uri, cause);
    }
  },
});

const accessClaims = z.object({
  sub: z.string(),
  username: z.string(),
  "cognito:groups": z.array(z.string()).default([]),
  jti: z.string(),
  origin_jti: z.string().optional(),
  auth_time: z.int(),
  iat: z.int(),
  exp: z.int(),
});

const idClaims = z.object({
  sub: z.string(),
  "cognito:username": z.string(),
  name: z.string().optional(),
  email: z.string().optional(),
  email_verified: z.union([z.boolean(), z.stringbool()]).optional(),
  picture: z.string().optional(),
  locale: z.string().optional(),
});

/** Sessions are stored as 12 characters of their id's SHA-256: enough to tell a person's sessions apart. */
const sessionDigest = (id: string): string => hash("sha256", id, "base64url").slice(0, 12);

/**
 * A key that is not among keys fetched seconds ago is a fault of the token, so the library's waiting time after an
 * unknown key counts as a refusal: strangers must not be able to make us answer 503.
 */
const keysUnavailable = (cause: unknown): boolean =>
  cause instanceof FetchError ||
  cause instanceof JwksNotAvailableInCacheError ||
  cause instanceof JwksValidationError ||
  cause instanceof JwkValidationError;

const refusal = (cause: unknown): { ok: false; error: TokenRefusal } =>
  err({
    code: keysUnavailable(cause) ? "keys-unavailable" : "token-refused",
    reason: cause instanceof Error ? cause.name : "unknown",
  });

export function createTokenVerifier({
  userPoolId,
  clientIds,
}: {
  readonly userPoolId: string;
  readonly clientIds: readonly string[];
}): TokenVerifier {
  const keysUri = CognitoJwtVerifier.parseUserPoolId(userPoolId).jwksUri;
  const verifier = CognitoJwtVerifier.create(
    { userPoolId, tokenUse: null, clientId: [...clientIds] },
    { jwksCache: new SimpleJwksCache({ fetcher: keysOf(keysUri) }) },
  );
  return {
    async access(jwt) {
      try {
        const claims = accessClaims.parse(
          await verifier.verify(jwt, { tokenUse: "access", clientId: [...clientIds] }),
        );
        return ok({
          subject: claims.sub,
          username: claims.username,
          groups: claims["cognito:groups"],
          session: sessionDigest(claims.origin_jti ?? claims.jti),
          signedInAt: claims.auth_time,
          issuedAt: claims.iat,
          expiresAt: claims.exp,
        });
      } catch (cause) {
        return refusal(cause);
      }
    },
    async id(jwt) {
      try {
        const claims = idClaims.parse(
          await verifier.verify(jwt, { tokenUse: "id", clientId: [...clientIds] }),
        );
        const { name, email, picture, locale } = claims;
        return ok({
          subject: claims.sub,
          username: claims["cognito:username"],
          name,
          email,
          picture,
          locale,
          emailVerified: claims.email_verified,
        });
      } catch (cause) {
        return refusal(cause);
      }
    },
  };
}

/** `Google_1130…` → the network and the subject there. Names of networks have no underscore. */
export const networkOf = (
  username: string,
): { readonly name: string; readonly subject: string } | undefined => {
  const split = username.indexOf("_");
  return split <= 0 || split === username.length - 1
    ? undefined
    : { name: username.slice(0, split), subject: username.slice(split + 1) };
};

/** Who signed in, as either kind of token tells it: the pool's subject, and the person at the network. */
export const signInOf = ({ subject, username }: Pick<AccessToken, "subject" | "username">) => {
  const network = networkOf(username);
  return { cognitoSubject: subject, ...(network === undefined ? {} : { network }) };
};
