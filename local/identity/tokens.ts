/** Tokens as a Cognito user pool mints them: claim for claim, signed RS256, one key per kind of token. */

import { createHash, createPublicKey, randomUUID } from "node:crypto";
import { errors, jwtVerify, SignJWT } from "jose";
import { privateKeyOf, type SigningKeys } from "./keys.ts";
import { identitiesOf, type PoolUser, usernameOf, visibleAttributes } from "./users.ts";

/** Everything that a pair of tokens says. Times are whole epoch seconds of the pool's clock. */
export interface TokenFacts {
  readonly user: PoolUser;
  readonly groups: readonly string[];
  readonly clientId: string;
  readonly scope: string;
  /** Names the sign-in that all tokens of one session descend from. */
  readonly originJti: string;
  readonly authTime: number;
  readonly issuedAt: number;
  readonly accessTokenSeconds: number;
  readonly idTokenSeconds: number;
  /** Only on the tokens that come straight from a sign-in (OpenID Connect Core 12.2). */
  readonly nonce?: string | undefined;
}

/** A signed pair; no ID token unless `openid` was granted. */
export interface MintedTokens {
  readonly accessToken: string;
  readonly idToken: string | undefined;
}

/** What a valid access token told. */
export interface AccessTokenFacts {
  readonly sub: string;
  readonly originJti: string;
  readonly scopes: ReadonlySet<string>;
}

/** Mints and reads the tokens of one pool. */
export interface TokenMint {
  mint(facts: TokenFacts): Promise<MintedTokens>;
  /** The facts of an access token of this pool, or undefined when it is not one or has expired at `nowMs`. */
  readAccessToken(token: string, nowMs: number): Promise<AccessTokenFacts | undefined>;
}

/** Opens a mint that signs as `issuer` with the pool's keys. */
export function createTokenMint(issuer: string, keys: SigningKeys): TokenMint {
  const signing = {
    accessToken: privateKeyOf(keys.accessToken),
    idToken: privateKeyOf(keys.idToken),
  };
  const verifying = createPublicKey(signing.accessToken);

  const sign = async (kind: keyof SigningKeys, claims: Record<string, unknown>): Promise<string> =>
    new SignJWT({ ...claims, iss: issuer, jti: randomUUID() })
      .setProtectedHeader({ kid: keys[kind].kid, alg: "RS256" })
      .sign(signing[kind]);

  return {
    mint: async (facts) => {
      // One id for everything that one request to the token endpoint caused.
      const eventId = randomUUID();
      const accessToken = await sign("accessToken", { ...accessClaims(facts), event_id: eventId });
      if (!scopesOf(facts.scope).has("openid")) return { accessToken, idToken: undefined };
      const atHash = halfHash(accessToken);
      const idToken = await sign("idToken", { at_hash: atHash, ...idClaims(facts), event_id: eventId });
      return { accessToken, idToken };
    },
    readAccessToken: async (token, nowMs) => {
      try {
        const options = { issuer, algorithms: ["RS256"], currentDate: new Date(nowMs) };
        const { payload } = await jwtVerify(token, verifying, options);
        const { sub, token_use: use, origin_jti: originJti, scope } = payload;
        if (
          use !== "access" ||
          sub === undefined ||
          typeof originJti !== "string" ||
          typeof scope !== "string"
        ) {
          return undefined;
        }
        return { sub, originJti, scopes: scopesOf(scope) };
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined;
        throw error;
      }
    },
  };
}

function accessClaims(facts: TokenFacts): Record<string, unknown> {
  return {
    ...commonClaims(facts),
    token_use: "access",
    client_id: facts.clientId,
    scope: facts.scope,
    username: usernameOf(facts.user),
    version: 2,
    exp: facts.issuedAt + facts.accessTokenSeconds,
  };
}

function idClaims(facts: TokenFacts): Record<string, unknown> {
  return {
    ...visibleAttributes(facts.user, scopesOf(facts.scope)),
    ...commonClaims(facts),
    token_use: "id",
    aud: facts.clientId,
    "cognito:username": usernameOf(facts.user),
    identities: identitiesOf(facts.user),
    ...(facts.nonce === undefined ? {} : { nonce: facts.nonce }),
    exp: facts.issuedAt + facts.idTokenSeconds,
  };
}

function commonClaims({ user, groups, originJti, authTime, issuedAt }: TokenFacts): Record<string, unknown> {
  return {
    sub: user.sub,
    "cognito:groups": groups,
    origin_jti: originJti,
    auth_time: authTime,
    iat: issuedAt,
  };
}

/** `at_hash`: the left half of the token's SHA-256 (OpenID Connect Core 3.1.3.6). */
function halfHash(token: string): string {
  return createHash("sha256").update(token).digest().subarray(0, 16).toString("base64url");
}

function scopesOf(scope: string): ReadonlySet<string> {
  return new Set(scope.split(" "));
}
