/**
 * How webhooks are signed, and how often they are sent.
 * @see https://docs.stripe.com/webhooks#webhook-endpoint-def
 */
import { createHash, createHmac } from "node:crypto";
import type { CallbackRules } from "../kit/protocol.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const FIRST_GAPS_MS = [5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS];
const LAST_GAP_MS = 12 * HOUR_MS;

/** No attempt is made later than this after the first. */
export const RETRY_WINDOW_MS = 72 * HOUR_MS;

/** Waiting times before the second, third … attempt: growing, then even, as many as the window holds. */
export const RETRY_GAPS_MS: readonly number[] = [
  ...FIRST_GAPS_MS,
  ...Array<number>(
    Math.floor((RETRY_WINDOW_MS - FIRST_GAPS_MS.reduce((sum, gap) => sum + gap, 0)) / LAST_GAP_MS),
  ).fill(LAST_GAP_MS),
];

/** `Stripe-Signature` for a body: the time in seconds, and the HMAC-SHA256 of time, dot and body. */
export function signatureHeader(secret: string, atSeconds: number, body: string): string {
  const signature = createHmac("sha256", secret).update(`${atSeconds}.${body}`, "utf8").digest("hex");
  return `t=${atSeconds},v1=${signature}`;
}

/** The secret of another endpoint, of the same form. */
const strangersSecret = (secret: string): string =>
  `whsec_${createHash("sha256").update(secret).digest("hex")}`;

/** A 2xx ends a delivery; every attempt has a signature of its own. */
export const webhookRules = (secret: string): CallbackRules => ({
  retryAfterMs: RETRY_GAPS_MS,
  isAcknowledged: (status) => status >= 200 && status < 300,
  sign: ({ content }, nowMs, signer) => ({
    headers: {
      "content-type": "application/json; charset=utf-8",
      accept: "*/*; q=0.5, application/xml",
      "cache-control": "no-cache",
      "user-agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
      "stripe-signature": signatureHeader(
        signer?.key === "stranger" ? strangersSecret(secret) : secret,
        Math.floor(nowMs / 1000),
        content,
      ),
    },
    body: content,
  }),
});
