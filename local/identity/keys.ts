/** The pool's two signing keys: one for ID tokens, one for access tokens, as in a Cognito user pool. */

import { createHash, createPrivateKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { calculateJwkThumbprint, exportJWK, type JWK } from "jose";

/** An RSA private key as a JSON Web Key (RFC 7517). Keep it where other local secrets are kept. */
export type SigningKey = JWK & { readonly kid: string };

/** Both keys of a pool. Kept by the caller, so that tokens stay valid when the pool restarts. */
export interface SigningKeys {
  readonly idToken: SigningKey;
  readonly accessToken: SigningKey;
}

const generateRsa = promisify(generateKeyPair);

/** Makes two fresh 2048-bit RSA keys with different `kid`s. */
export async function generateSigningKeys(): Promise<SigningKeys> {
  const [idToken, accessToken] = await Promise.all([generateKey(), generateKey()]);
  return { idToken, accessToken };
}

async function generateKey(): Promise<SigningKey> {
  const { privateKey }: { privateKey: KeyObject } = await generateRsa("rsa", { modulusLength: 2048 });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: "RS256", use: "sig" };
}

/** The public halves, as `/.well-known/jwks.json` shows them. */
export function publicKeySet(keys: SigningKeys): { keys: JWK[] } {
  return { keys: [keys.idToken, keys.accessToken].map(publicHalf) };
}

/** A key to sign with. Throws when it is not a private RSA key. */
export function privateKeyOf(key: SigningKey): KeyObject {
  if (key.kty !== "RSA" || key.d === undefined) throw notSigning(key);
  return createPrivateKey({ key, format: "jwk" });
}

function publicHalf(key: SigningKey): JWK {
  const { kty, n, e, kid } = key;
  if (kty !== "RSA" || n === undefined || e === undefined) throw notSigning(key);
  return { alg: "RS256", e, kid, kty, n, use: "sig" };
}

function notSigning({ kid }: SigningKey): Error {
  return new Error(`Signing key "${kid}" is not a private RSA key: Cognito signs with RS256 only.`);
}

/** The secret that signs the pool's cookies: derived, so that a restart with the same keys keeps sessions. */
export function cookieSecret(keys: SigningKeys): string {
  if (keys.idToken.d === undefined) throw notSigning(keys.idToken);
  return createHash("sha256").update(`cookies\n${keys.idToken.d}`).digest("base64url");
}
