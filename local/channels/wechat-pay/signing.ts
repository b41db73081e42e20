/** The provider's half of the signatures: checks requests, signs answers and callbacks, encrypts and decrypts. */
import {
  constants,
  createCipheriv,
  createSign,
  createVerify,
  type KeyObject,
  privateDecrypt,
} from "node:crypto";
import type { WireRequest } from "../wire.ts";
import type { PlatformKey } from "./keys.ts";

const SCHEME = "WECHATPAY2-SHA256-RSA2048";
const MAX_SKEW_SECONDS = 300;

export type Merchant = { readonly mchId: string; readonly serial: string; readonly key: KeyObject };

/** The pairs of an `Authorization` header, in any order; `undefined` when it is not of this scheme. */
function parseAuthorization(header: string | undefined): ReadonlyMap<string, string> | undefined {
  if (header === undefined || !header.startsWith(`${SCHEME} `)) return undefined;
  const pairs = new Map<string, string>();
  for (const part of header.slice(SCHEME.length + 1).split(",")) {
    const match = /^\s*(\w+)="([^"]*)"\s*$/.exec(part);
    if (match === null || pairs.has(match[1] ?? "")) return undefined;
    pairs.set(match[1] ?? "", match[2] ?? "");
  }
  return pairs;
}

/** What is wrong with a request's signature; `undefined` when it is good. */
export function signatureProblem(
  request: WireRequest,
  merchant: Merchant,
  nowMs: number,
): string | undefined {
  const pairs = parseAuthorization(request.headers.authorization);
  if (pairs === undefined) return "the Authorization header is missing or cannot be read";
  const value = (name: string) => pairs.get(name) ?? "";
  if (value("mchid") !== merchant.mchId) return "the merchant is not known";
  if (value("serial_no") !== merchant.serial) return "the certificate's serial number is not the merchant's";
  const timestamp = value("timestamp");
  if (!/^\d{10}$/.test(timestamp)) return "the timestamp is not in seconds";
  if (Math.abs(nowMs / 1000 - Number(timestamp)) > MAX_SKEW_SECONDS) return "the timestamp has expired";
  const nonce = value("nonce_str");
  if (!/^[0-9A-Za-z]{1,32}$/.test(nonce)) return "the nonce is not of letters and digits";
  const path = request.query === "" ? request.path : `${request.path}?${request.query}`;
  const message = `${request.method}\n${path}\n${timestamp}\n${nonce}\n${request.body}\n`;
  const isGood = createVerify("RSA-SHA256")
    .update(message)
    .verify(merchant.key, value("signature"), "base64");
  return isGood ? undefined : "the signature is wrong";
}

export type SigningOrder = {
  readonly key: Pick<PlatformKey, "serial" | "privateKey">;
  readonly nowMs: number;
  readonly nonce: string;
  /** Sign wrongly, as a test of whether the merchant checks. */
  readonly probe: boolean;
};

/** The signature headers of an answer or a callback. */
export function signatureHeaders(body: string, order: SigningOrder): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(order.nowMs / 1000));
  const signature = createSign("RSA-SHA256")
    .update(`${timestamp}\n${order.nonce}\n${body}\n`)
    .sign(order.key.privateKey, "base64");
  return {
    "Wechatpay-Timestamp": timestamp,
    "Wechatpay-Nonce": order.nonce,
    "Wechatpay-Serial": order.key.serial,
    "Wechatpay-Signature": order.probe ? `WECHATPAY/SIGNTEST/${signature.slice(20)}` : signature,
    "Wechatpay-Signature-Type": SCHEME,
  };
}

/** A text encrypted with the shared key, as callbacks and certificates carry it. @param nonce 12 characters */
export function encryptedResource(apiV3Key: string, text: string, nonce: string, associatedData: string) {
  const cipher = createCipheriv("aes-256-gcm", Buffer.from(apiV3Key), Buffer.from(nonce));
  cipher.setAAD(Buffer.from(associatedData));
  const bytes = Buffer.concat([cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
  return {
    algorithm: "AEAD_AES_256_GCM",
    ciphertext: bytes.toString("base64"),
    associated_data: associatedData,
    nonce,
  };
}

/** A personal field that was encrypted for one of our keys; `undefined` when it was not. */
export function decryptField(privateKey: string, base64: string): string | undefined {
  try {
    return privateDecrypt(
      { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" },
      Buffer.from(base64, "base64"),
    ).toString("utf8");
  } catch {
    return undefined;
  }
}
