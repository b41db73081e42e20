/**
 * Signatures of API v3: SHA-256 with RSA (PKCS #1 v1.5), base64, over lines that each end in a line feed
 * (its documentation, "signature generation" and "signature verification").
 */
import { type KeyObject, sign as rsaSign, verify as rsaVerify } from "node:crypto";
import { headerOf } from "../answer.ts";

/** The only scheme of API v3 with RSA; also the value of `Wechatpay-Signature-Type`. */
export const SCHEME = "WECHATPAY2-SHA256-RSA2048";

/** What a signature begins with when the provider tests whether it is checked. */
const PROBE = "WECHATPAY/SIGNTEST/";

/** A signed time this far from ours, or further, is stale. Seconds. */
export const TOLERANCE_SECONDS = 300;

const lines = (...parts: readonly string[]): string => parts.map((part) => `${part}\n`).join("");

/** The base64 signature of lines. */
export const signLines = (key: KeyObject, ...parts: readonly string[]): string =>
  rsaSign("sha256", Buffer.from(lines(...parts), "utf8"), key).toString("base64");

/** A request as it is signed: `path` with its query exactly as sent, `body` empty where there is none. */
export type SignedRequest = {
  readonly method: string;
  readonly path: string;
  readonly body: string;
  /** Seconds since the epoch. */
  readonly timestamp: string;
  /** 32 letters and digits. */
  readonly nonce: string;
};

export type RequestSigner = {
  readonly mchId: string;
  readonly serial: string;
  readonly key: KeyObject;
};

/** The `Authorization` header of a request. */
export function authorization({ mchId, serial, key }: RequestSigner, request: SignedRequest): string {
  const { method, path, body, timestamp, nonce } = request;
  const signature = signLines(key, method, path, timestamp, nonce, body);
  const pairs = { mchid: mchId, nonce_str: nonce, timestamp, serial_no: serial, signature };
  return `${SCHEME} ${Object.entries(pairs)
    .map(([name, value]) => `${name}="${value}"`)
    .join(",")}`;
}

/** The signature that came with an answer or a callback. */
export type SignatureHeaders = {
  /** As signed: the text, not the number. */
  readonly timestamp: string;
  readonly nonce: string;
  readonly serial: string;
  readonly signature: string;
};

export type ReadSignature =
  | { readonly kind: "signed"; readonly headers: SignatureHeaders }
  | { readonly kind: "unsigned" | "incomplete" | "other-scheme" | "probe" };

/** The signature headers, in names of any case. `unsigned`: not one of them is there. */
export function readSignature(all: Readonly<Record<string, string | undefined>>): ReadSignature {
  const [timestamp, nonce, serial, signature] = ["timestamp", "nonce", "serial", "signature"].map(
    (name) => headerOf(all, `wechatpay-${name}`) || undefined,
  );
  if (signature?.startsWith(PROBE)) return { kind: "probe" };
  if (timestamp === undefined || nonce === undefined || serial === undefined || signature === undefined) {
    const none = [timestamp, nonce, serial, signature].every((value) => value === undefined);
    return { kind: none ? "unsigned" : "incomplete" };
  }
  const scheme = headerOf(all, "wechatpay-signature-type") || SCHEME;
  if (scheme !== SCHEME) return { kind: "other-scheme" };
  return { kind: "signed", headers: { timestamp, nonce, serial, signature } };
}

/** Whether a key of the provider signed these exact bytes. */
export function isSignedBy(
  key: KeyObject,
  { timestamp, nonce, signature }: SignatureHeaders,
  body: Uint8Array,
): boolean {
  if (!/^[0-9A-Za-z+/]{1,1024}={0,2}$/.test(signature)) return false;
  const message = Buffer.concat([Buffer.from(lines(timestamp, nonce), "utf8"), body, Buffer.from("\n")]);
  return rsaVerify("sha256", message, key, Buffer.from(signature, "base64"));
}

/** The signed time in epoch milliseconds; `undefined` for anything but whole seconds. */
export const signedAtMs = ({ timestamp }: SignatureHeaders): number | undefined =>
  /^\d{1,12}$/.test(timestamp) ? Number(timestamp) * 1000 : undefined;

/** Whether a signed time is near enough. Both in epoch milliseconds. */
export const isFresh = (signedAt: number, now: number): boolean =>
  Math.abs(Math.floor(now / 1000) - signedAt / 1000) < TOLERANCE_SECONDS;
