/**
 * RSA2: RSA with PKCS #1 v1.5 padding over SHA-256, in base64.
 * @see https://opendocs.alipay.com/common/02kf5q
 */
import { type KeyObject, sign, verify } from "node:crypto";

const ALGORITHM = "RSA-SHA256";

/** `k=v&…` in the order of the names, values as they are. */
const joined = (fields: readonly (readonly [string, string])[]): string =>
  fields
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");

/** What a request's signature covers: every parameter but `sign`, and those that say something. */
export const requestText = (parameters: Readonly<Record<string, string>>): string =>
  joined(Object.entries(parameters).filter(([name, value]) => name !== "sign" && value !== ""));

/** What a callback's signature covers: every field but those named, empty ones too. */
export const callbackText = (fields: ReadonlyMap<string, string>, without: readonly string[]): string =>
  joined([...fields].filter(([name]) => !without.includes(name)));

export const signText = (key: KeyObject, text: string): string =>
  sign(ALGORITHM, Buffer.from(text, "utf8"), key).toString("base64");

/** False for a signature that is no base64, too. */
export const isSignedBy = (key: KeyObject, data: Uint8Array, signature: string): boolean =>
  /^[A-Za-z0-9+/]{4,}={0,2}$/.test(signature) &&
  verify(ALGORITHM, data, key, Buffer.from(signature, "base64"));
