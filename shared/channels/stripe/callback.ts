/**
 * Stripe webhooks: signature, freshness, reading, answer. Pure, and without Stripe's library, so that the
 * callback function stays small.
 * @see https://docs.stripe.com/webhooks#verify-manually
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import * as z from "zod";
import type {
  CallbackAnswer,
  CallbackContext,
  CallbackEvent,
  CallbackRequest,
  CallbackResult,
  CallbackVerdict,
  ChannelCallbacks,
} from "../channel.ts";
import { ObjectId, parsePaymentIntent, paymentFact, Seconds } from "./facts.ts";
import { PAYMENT_ID_METADATA } from "./requests.ts";

/** Largest distance between the signed time and ours, in seconds, into the past and into the future. */
export const TOLERANCE_SECONDS = 300;

interface SignatureHeader {
  /** As signed: the text, not the number. */
  readonly timestamp: string;
  readonly signatures: readonly string[];
}

function headerValue(headers: CallbackRequest["headers"], name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1];
}

/** `t=<seconds>,v1=<hex>[,v1=<hex>…]`; other schemes (`v0`) are ignored. One `t`, at least one `v1`. */
function parseSignatureHeader(header: string): SignatureHeader | undefined {
  const pairs = header.split(",").map((item) => item.split("="));
  const values = (scheme: string) =>
    pairs.flatMap(([key, value]) => (key === scheme && value !== undefined ? [value] : []));
  const [timestamp, ...more] = values("t");
  const signatures = values("v1");
  if (timestamp === undefined || more.length > 0 || !/^(0|[1-9]\d{0,11})$/.test(timestamp)) return undefined;
  return signatures.length > 0 ? { timestamp, signatures } : undefined;
}

/** HMAC-SHA256 over `t`, a dot and the exact bytes of the body. */
function expectedSignature(secret: string, timestamp: string, rawBody: Uint8Array): Buffer {
  return createHmac("sha256", secret).update(`${timestamp}.`).update(rawBody).digest();
}

/** True when any signature matches any secret. Every pair is compared, each in constant time. */
function signatureMatches(header: SignatureHeader, rawBody: Uint8Array, secrets: readonly string[]): boolean {
  const given = header.signatures
    .filter((hex) => /^[0-9a-f]{64}$/.test(hex))
    .map((hex) => Buffer.from(hex, "hex"));
  const matches = secrets.flatMap((secret) => {
    const expected = expectedSignature(secret, header.timestamp, rawBody);
    return given.map((signature) => timingSafeEqual(expected, signature));
  });
  return matches.includes(true);
}

const EventShape = z.object({
  id: ObjectId.startsWith("evt_"),
  object: z.literal("event"),
  type: z.string().min(1),
  created: Seconds,
  livemode: z.boolean(),
  /** Present on events of connected accounts, which this channel does not use. */
  account: z.string().nullish(),
  data: z.object({ object: z.unknown() }),
});

type StripeEvent = z.infer<typeof EventShape>;

function parseEvent(rawBody: Uint8Array): StripeEvent | undefined {
  try {
    return EventShape.safeParse(JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(rawBody))).data;
  } catch {
    // Not UTF-8 or not JSON: nothing in it can be trusted to mean anything.
  }
  return undefined;
}

function kindOf(event: StripeEvent): CallbackEvent["kind"] {
  if (event.account) return "ignored";
  if (event.type.startsWith("payment_intent.")) return "payment";
  // `charge.refunded` and `charge.refund.updated` tell the same changes again under other ids.
  if (event.type.startsWith("refund.")) return "refund";
  if (event.type.startsWith("charge.dispute.")) return "dispute";
  return "ignored";
}

/** Ids found on the event's object, read leniently: an object of a newer shape still names its payment. */
const RefShape = z.object({
  id: ObjectId.optional().catch(undefined),
  payment_intent: ObjectId.nullish().catch(undefined),
  metadata: z
    .object({ [PAYMENT_ID_METADATA]: z.string().optional() })
    .nullish()
    .catch(undefined),
});

function refOf(event: StripeEvent, kind: CallbackEvent["kind"]): CallbackEvent["ref"] {
  const object = RefShape.safeParse(event.data.object).data;
  const channelPaymentId = (kind === "payment" ? object?.id : object?.payment_intent) ?? undefined;
  const paymentId = object?.metadata?.[PAYMENT_ID_METADATA];
  return {
    ...(paymentId !== undefined && { paymentId }),
    ...(channelPaymentId !== undefined && { channelPaymentId }),
  };
}

function toCallbackEvent(event: StripeEvent): CallbackEvent {
  const kind = kindOf(event);
  const occurredAtMs = event.created * 1000;
  const intent = kind === "payment" ? parsePaymentIntent(event.data.object) : undefined;
  const fact = intent && paymentFact(intent, occurredAtMs);
  return {
    eventId: event.id,
    type: event.type,
    occurredAtMs,
    kind,
    ref: kind === "ignored" ? {} : refOf(event, kind),
    ...(fact && { fact }),
  };
}

/**
 * Verifies and reads one webhook: signature over the exact bytes, then freshness, then shape, then mode.
 * @throws Error when every secret is blank: an empty key would accept what anybody signs.
 */
export function verifyCallback(request: CallbackRequest, context: CallbackContext): CallbackVerdict {
  const secrets = context.secrets.filter((secret) => secret.trim() !== "");
  if (secrets.length === 0) throw new Error("No Stripe webhook secret is configured.");
  const header = headerValue(request.headers, "stripe-signature");
  if (header === undefined || header === "") return { ok: false, reason: "missing-signature" };
  const signature = parseSignatureHeader(header);
  if (!signature) return { ok: false, reason: "malformed" };
  if (!signatureMatches(signature, request.rawBody, secrets)) return { ok: false, reason: "bad-signature" };
  // The official library lets any future time pass; a signature made far ahead could be replayed for as long.
  const age = Math.floor(context.nowMs / 1000) - Number(signature.timestamp);
  if (Math.abs(age) > TOLERANCE_SECONDS) return { ok: false, reason: "stale" };
  const event = parseEvent(request.rawBody);
  if (!event) return { ok: false, reason: "malformed" };
  if (event.livemode !== context.expectedLivemode) return { ok: false, reason: "wrong-mode" };
  return { ok: true, event: toCallbackEvent(event) };
}

const answer = (status: number, body: Record<string, unknown>): CallbackAnswer => ({
  status,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

/** What Stripe is told: any 2xx ends the delivery, anything else is retried for up to three days. */
export function callbackAnswer(result: CallbackResult): CallbackAnswer {
  switch (result) {
    case "stored":
    case "duplicate":
      return answer(200, { received: true });
    case "retry-later":
      return answer(503, { received: false });
    case "rejected":
      return answer(400, { received: false });
  }
}

/** The inbound half of the Stripe channel. */
export const stripeCallbacks: ChannelCallbacks = { verifyCallback, callbackAnswer };
