/** Tokens as a user pool signs them, with keys of our own, good ones and others; verified by the product's verifier. */
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { OPS_GROUP } from "../../../shared/accounts/resolve-caller.ts";
import { createTokenVerifier, type TokenVerifier } from "../../../shared/http/tokens.ts";

const POOL = "eu-west-1_Example01";
const ISSUER = `https://cognito-idp.eu-west-1.amazonaws.com/${POOL}`;
const KEYS_URI = `${ISSUER}/.well-known/jwks.json`;

/** What is wrong with a token; the person behind it is a real one. */
export const faults = ["expired", "other client", "other pool", "ID token", "other keys"] as const;
export type TokenFault = (typeof faults)[number];

export type Pool = {
  readonly verifier: TokenVerifier;
  /** Serves the pool's keys and nothing else; to be put in the place of `fetch`. */
  readonly fetch: typeof fetch;
  /** An access token of a person: `ada`, `ada:tablet` for another session, `olivia!` for a member of ops. */
  readonly token: (who: string, fault?: TokenFault) => Promise<string>;
};

const LIFE_SECONDS = 900;

/**
 * @param now milliseconds: the clock of the world in which people sign in. When a token was made and when it ends is by
 * the machine's clock, which is the verifier's.
 */
export async function createPool(now: () => number): Promise<Pool> {
  const [keys, otherKeys] = await Promise.all([
    generateKeyPair("RS256", { extractable: true }),
    generateKeyPair("RS256"),
  ]);
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: "pool-key", alg: "RS256", use: "sig" };

  const sign = (claims: JWTPayload, { issuer = ISSUER, key = keys.privateKey, life = LIFE_SECONDS } = {}) => {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", kid: "pool-key" })
      .setIssuer(issuer)
      .setIssuedAt(now)
      .setExpirationTime(now + life)
      .sign(key);
  };

  return {
    verifier: createTokenVerifier({ userPoolId: POOL, clientIds: ["app"] }),
    async fetch(input) {
      if (String(input) !== KEYS_URI) throw new Error(`the network was used: ${String(input)}`);
      return Response.json({ keys: [jwk] });
    },
    token(who, fault) {
      const [head = "", session = "phone"] = who.split(":");
      const name = head.replace("!", "");
      const times = { auth_time: Math.floor(now() / 1000) - 60 };
      const access = {
        sub: `sub-${name}`,
        username: `Google_${name}`,
        token_use: "access",
        client_id: "app",
        jti: `${name}-${session}-1`,
        origin_jti: `${name}-${session}`,
        ...times,
        ...(head.endsWith("!") ? { "cognito:groups": [OPS_GROUP] } : {}),
      };
      switch (fault) {
        case undefined:
          return sign(access);
        case "expired":
          return sign(access, { life: -1 });
        case "other client":
          return sign({ ...access, client_id: "another-app" });
        case "other pool":
          return sign(access, { issuer: ISSUER.replace(POOL, "eu-west-1_Another01") });
        case "other keys":
          return sign(access, { key: otherKeys.privateKey });
        case "ID token":
          return sign({
            sub: access.sub,
            "cognito:username": access.username,
            token_use: "id",
            aud: "app",
            name,
            ...times,
          });
      }
    },
  };
}
