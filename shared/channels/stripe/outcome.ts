/**
 * From a reply to what may have happened. Pure.
 * @see https://docs.stripe.com/error-low-level and https://docs.stripe.com/api/errors
 */
import * as z from "zod";
import { jsonOf, retryAfterMs, soFar, unanswered } from "../answer.ts";
import type { ChannelDeclined, ChannelFailure, DeclineReason } from "../facts.ts";
import type { Reply, WireAnswer } from "../plan.ts";

/** The object that Stripe answered with, or why there is none. */
export type StripeResult =
  | { readonly ok: true; readonly object: unknown }
  | {
      readonly ok: false;
      readonly failure: ChannelFailure;
      /** Whether Stripe answered at all. */
      readonly answered: boolean;
      /** The PaymentIntent as the error shows it: one that was made and whose first attempt was refused. */
      readonly intent?: unknown;
    };

const text = z.string().nullish().catch(undefined);

const ErrorShape = z.object({
  error: z.object({
    type: text,
    code: text,
    decline_code: text,
    param: text,
    payment_intent: z.unknown().optional(),
  }),
});
type StripeError = z.output<typeof ErrorShape>["error"];

const reasons: ReadonlyMap<string, DeclineReason> = new Map([
  ["insufficient_funds", "insufficient-funds"],
  ["balance_insufficient", "insufficient-funds"],
  ["authentication_required", "authentication-failed"],
  ["payment_intent_authentication_failure", "authentication-failed"],
  ["amount_too_small", "amount-not-accepted"],
  ["amount_too_large", "amount-not-accepted"],
  ["invalid_currency", "currency-not-accepted"],
  ["resource_missing", "not-found"],
  ["payment_intent_unexpected_state", "wrong-state"],
  ["charge_already_refunded", "wrong-state"],
  ["charge_disputed", "wrong-state"],
  ["refund_disputed_payment", "wrong-state"],
  ["charge_expired_for_capture", "too-late"],
  ["account_invalid", "recipient-not-accepted"],
  ["insufficient_capabilities_for_transfer", "recipient-not-accepted"],
  ["transfers_not_allowed", "recipient-not-accepted"],
]);

/** Stripe's words that are safe to log: never its message, which can quote what was sent. */
function declined(status: number, error: StripeError | undefined): ChannelDeclined {
  const code = error?.decline_code ?? error?.code ?? error?.type ?? `http_${status}`;
  // A transfer names its recipient by this parameter.
  if (error?.param === "destination") {
    return { outcome: "declined", reason: "recipient-not-accepted", code };
  }
  const known = reasons.get(error?.decline_code ?? "") ?? reasons.get(error?.code ?? "");
  const reason = known ?? (error?.type === "card_error" ? "card-declined" : "rejected");
  return { outcome: "declined", reason, code };
}

function failureOf(answer: WireAnswer, error: StripeError | undefined): ChannelFailure {
  const { status } = answer;
  const detail = `stripe answered ${status} ${error?.code ?? error?.type ?? ""}`.trimEnd();
  const limited = status === 429 || error?.code === "rate_limit" || error?.code === "lock_timeout";
  // A key or permission of ours that is wrong: nothing happened, and the same request may pass once it is mended.
  if (limited || status === 401 || status === 403) {
    const wait = retryAfterMs(answer);
    return { outcome: "notSent", detail, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
  }
  // The key was used before: for a request still running (409) or for other parameters (400). Either way an earlier
  // request may stand, so this cannot be called a refusal.
  if (status === 409 || error?.type === "idempotency_error") return { outcome: "unknown", detail };
  if (status < 400 || status >= 500) return { outcome: "unknown", detail };
  // Stripe itself says that the same request may fare better.
  if (answer.headers["stripe-should-retry"] === "true") return { outcome: "unknown", detail };
  return declined(status, error);
}

/** Reads a reply. A refusal is final whatever became of earlier attempts: under one key they are one request. */
export function resultOf(reply: Reply): StripeResult {
  if (reply.kind === "no-answer") return { ok: false, failure: unanswered(reply), answered: false };
  const { answer } = reply;
  const body = jsonOf(answer);
  if (answer.status >= 200 && answer.status < 300) return { ok: true, object: body };
  const error = ErrorShape.safeParse(body).data?.error;
  const failure = soFar(failureOf(answer, error), reply);
  return { ok: false, failure, answered: true, intent: error?.payment_intent };
}
