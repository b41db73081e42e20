/**
 * The signature of PayPal's webhooks, checked here rather than by PayPal's own verification call.
 * @see https://developer.paypal.com/api/rest/webhooks/rest/ (self verification)
 */
import { type KeyObject, verify } from "node:crypto";
import { crc32 } from "node:zlib";
import { headerOf } from "../answer.ts";
import type { CallbackRejection, CallbackRequest } from "../callback.ts";

/** What a webhook's headers say. */
export type Transmission = {
  readonly id: string;
  /** RFC 3339, as signed. */
  readonly time: string;
  readonly signature: string;
  readonly certificateUrl: string;
};

/** Any other algorithm is refused, so that nobody picks a weaker one. */
const ALGORITHM = "SHA256withRSA";

const BASE64 = /^[0-9A-Za-z+/]{64,2048}={0,2}$/;

/** The transmission in the headers, in any case of their names, or why there is none. */
export function transmissionOf(headers: CallbackRequest["headers"]): Transmission | CallbackRejection {
  const id = headerOf(headers, "paypal-transmission-id") ?? "";
  const time = headerOf(headers, "paypal-transmission-time") ?? "";
  const signature = headerOf(headers, "paypal-transmission-sig") ?? "";
  const certificateUrl = headerOf(headers, "paypal-cert-url") ?? "";
  const algorithm = headerOf(headers, "paypal-auth-algo") ?? "";
  if ([id, time, signature, certificateUrl, algorithm].includes("")) return "missing-signature";
  if (!/^[0-9A-Za-z_-]{1,100}$/.test(id)) return "malformed";
  if (algorithm !== ALGORITHM || !BASE64.test(signature)) return "bad-signature";
  return { id, time, signature, certificateUrl };
}

/** What is signed: the exact body counts by its CRC-32 as an unsigned decimal. */
export const signedText = (
  { id, time }: Pick<Transmission, "id" | "time">,
  webhookId: string,
  rawBody: Uint8Array,
): string => `${id}|${time}|${webhookId}|${crc32(rawBody)}`;

/**
 * Whether the signature is the certificate's (RSASSA-PKCS1-v1_5 with SHA-256). A CRC is no hash: whoever could replay
 * good headers could fit another body under them. So a verified webhook is a pointer and nothing more.
 */
export const isSignedBy = (
  key: KeyObject,
  transmission: Transmission,
  webhookId: string,
  rawBody: Uint8Array,
): boolean =>
  verify(
    "sha256",
    Buffer.from(signedText(transmission, webhookId, rawBody)),
    key,
    Buffer.from(transmission.signature, "base64"),
  );
