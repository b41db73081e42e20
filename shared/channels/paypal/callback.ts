/** PayPal's webhooks: verified on the exact bytes, for freshness and for the merchant, then read as pointers. */
import { DAY, MINUTE } from "../../platform/clock.ts";
import type { CallbackAnswer, CallbackRequest, CallbackResult, CallbackVerdict } from "../callback.ts";
import type { Plan } from "../plan.ts";
import type { PayPalContext } from "./access.ts";
import { certificateAt } from "./certificate.ts";
import { readEvent } from "./events.ts";
import { timeOf } from "./shapes.ts";
import { isSignedBy, transmissionOf } from "./signature.ts";

/** PayPal comes again for three days; whether it renews the signed time then is not promised. */
export const PAST_MS = 4 * DAY;

/** How far the two clocks may be apart. */
export const FUTURE_MS = 5 * MINUTE;

/**
 * The verdict on a webhook. The cheap refusals come first: a certificate is fetched only for headers that could be
 * good. A transmission id that was seen with another body is for whoever keeps what was received.
 */
export function* verifyCallback(context: PayPalContext, request: CallbackRequest): Plan<CallbackVerdict> {
  const transmission = transmissionOf(request.headers);
  if (typeof transmission === "string") return { ok: false, reason: transmission };
  const sentAt = timeOf(transmission.time);
  if (sentAt === undefined) return { ok: false, reason: "malformed" };
  const age = context.tools.now() - sentAt;
  if (age > PAST_MS || age < -FUTURE_MS) return { ok: false, reason: "stale" };
  const certificate = yield* certificateAt(context, transmission.certificateUrl);
  if (typeof certificate === "string") return { ok: false, reason: certificate };
  const { webhookId } = context.settings;
  if (!isSignedBy(certificate.publicKey, transmission, webhookId, request.rawBody)) {
    return { ok: false, reason: "bad-signature" };
  }
  const event = readEvent(context.settings, request.rawBody);
  return typeof event === "string" ? { ok: false, reason: event } : { ok: true, event };
}

/** PayPal reads the status alone: any 2xx ends the delivery, anything else brings it again. */
export const callbackAnswer = (result: CallbackResult): CallbackAnswer => ({
  status: result === "rejected" ? 400 : 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ received: result !== "rejected" }),
});
