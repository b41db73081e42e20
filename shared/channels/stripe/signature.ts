/** `Stripe-Signature` on webhooks. @see https://docs.stripe.com/webhooks#verify-manually */
import { createHmac, timingSafeEqual } from "node:crypto";

/** Largest distance between the signed time and ours, in seconds, into the past and into the future. */
export const TOLERANCE_SECONDS = 300;

export type SignatureHeader = {
  /** As signed: the text, not the number. Epoch seconds. */
  readonly timestamp: string;
  readonly signatures: readonly string[];
};

/** `t=<seconds>,v1=<hex>[,v1=<hex>…]`; other schemes (`v0`) are ignored. One `t`, at least one `v1`. */
export function parseSignatureHeader(header: string): SignatureHeader | undefined {
  const pairs = header.split(",").map((item) => item.split("="));
  const values = (scheme: string) =>
    pairs.flatMap(([key, value]) => (key === scheme && value !== undefined ? [value] : []));
  const [timestamp, ...more] = values("t");
  const signatures = values("v1");
  if (timestamp === undefined || more.length > 0 || !/^(0|[1-9]\d{0,11})$/.test(timestamp)) return undefined;
  return signatures.length > 0 ? { timestamp, signatures } : undefined;
}

/** True when any signature matches any secret. Every pair is compared, each in constant time. */
export function signatureMatches(
  { timestamp, signatures }: SignatureHeader,
  rawBody: Uint8Array,
  secrets: readonly string[],
): boolean {
  const given = signatures.filter((hex) => /^[0-9a-f]{64}$/.test(hex)).map((hex) => Buffer.from(hex, "hex"));
  const matches = secrets.flatMap((secret) => {
    const expected = createHmac("sha256", secret).update(`${timestamp}.`).update(rawBody).digest();
    return given.map((signature) => timingSafeEqual(expected, signature));
  });
  return matches.includes(true);
}
