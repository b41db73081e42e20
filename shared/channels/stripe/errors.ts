/**
 * From a Stripe error to a channel outcome. Pure: looks at the error's fields only.
 * @see https://docs.stripe.com/error-low-level
 */
import * as z from "zod";
import type { ChannelDeclined, ChannelOutcome, DeclineReason } from "../channel.ts";

/** What decides the outcome. All fields are optional: an error of our own runtime has none of them. */
export interface StripeErrorFields {
  /** HTTP status; absent when no answer arrived. */
  readonly statusCode?: number | undefined;
  /** Stripe's `error.type`, such as `card_error`. */
  readonly rawType?: string | undefined;
  readonly code?: string | undefined;
  readonly declineCode?: string | undefined;
  readonly retryAfter?: string | undefined;
  /** System code of a failed connection, such as `ECONNREFUSED`. */
  readonly networkCode?: string | undefined;
}

export type FailedOutcome = Exclude<ChannelOutcome<never>, { outcome: "ok" }>;

/** Failures that happen before a single byte of the request leaves. */
const neverLeftCodes: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** True when a network failure proves that the request was not sent. */
export const neverLeft = (networkCode: string | undefined): boolean =>
  networkCode !== undefined && neverLeftCodes.has(networkCode);

const declineReasons: ReadonlyMap<string, DeclineReason> = new Map([
  ["insufficient_funds", "insufficient-funds"],
  ["authentication_required", "authentication-failed"],
  ["payment_intent_authentication_failure", "authentication-failed"],
  ["amount_too_small", "amount-not-accepted"],
  ["amount_too_large", "amount-not-accepted"],
  ["invalid_currency", "currency-not-accepted"],
  ["resource_missing", "not-found"],
  ["payment_intent_unexpected_state", "wrong-state"],
]);

function declined(error: StripeErrorFields): ChannelDeclined {
  const code = error.declineCode ?? error.code ?? error.rawType ?? `http_${error.statusCode ?? 0}`;
  const known = declineReasons.get(error.declineCode ?? "") ?? declineReasons.get(error.code ?? "");
  const reason = known ?? (error.rawType === "card_error" ? "card-declined" : "rejected");
  return { outcome: "declined", reason, code };
}

/** `Retry-After` in whole seconds; the date form is not used by Stripe. */
function retryAfterMs(header: string | undefined): number | undefined {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}

function notSent(error: StripeErrorFields, detail: string): FailedOutcome {
  const wait = retryAfterMs(error.retryAfter);
  return { outcome: "notSent", detail, ...(wait !== undefined && { retryAfterMs: wait }) };
}

function outcomeOfStatus(status: number, error: StripeErrorFields): FailedOutcome {
  const detail = `stripe answered ${status} ${error.code ?? error.rawType ?? ""}`.trimEnd();
  // A key or permission of ours is wrong: nothing happened, and the same request may pass once it is mended.
  if (status === 401 || status === 403) return notSent(error, detail);
  if (status === 429 || error.code === "rate_limit" || error.code === "lock_timeout")
    return notSent(error, detail);
  // The key was used before: for a request still running (409) or for other parameters (400). Either way an
  // earlier request may stand, so this cannot be called a refusal.
  if (status === 409 || error.rawType === "idempotency_error") return { outcome: "unknown", detail };
  if (status >= 400 && status < 500) return declined(error);
  return { outcome: "unknown", detail };
}

/**
 * The outcome of a failed call.
 *
 * `earlierAttemptMayCount` is true when the same call had an earlier attempt that may have reached Stripe:
 * "this attempt did nothing" then says nothing about the call.
 */
export function outcomeOfError(error: StripeErrorFields, earlierAttemptMayCount: boolean): FailedOutcome {
  const outcome =
    error.statusCode !== undefined
      ? outcomeOfStatus(error.statusCode, error)
      : neverLeft(error.networkCode)
        ? notSent(error, `not connected: ${error.networkCode}`)
        : ({ outcome: "unknown", detail: `no answer: ${error.networkCode ?? "connection lost"}` } as const);
  if (outcome.outcome === "notSent" && earlierAttemptMayCount)
    return { outcome: "unknown", ...(outcome.detail !== undefined && { detail: outcome.detail }) };
  return outcome;
}

const text = z.string().optional().catch(undefined);

const ThrownShape = z.object({
  statusCode: z.number().optional().catch(undefined),
  rawType: text,
  code: text,
  decline_code: text,
  headers: z.record(z.string(), z.unknown()).optional().catch(undefined),
  detail: z.unknown().optional(),
});

const CauseShape = z.object({ code: text, cause: z.unknown().optional() });

/** The system code of a network failure: on the error itself, or on the `cause` that `fetch` wraps. */
export function networkCodeOf(thrown: unknown): string | undefined {
  const outer = CauseShape.safeParse(thrown).data;
  return outer?.code ?? CauseShape.safeParse(outer?.cause).data?.code;
}

/** True for what the Stripe library throws about a call (and false for a bug of ours, which must surface). */
export function isStripeError(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    /^Stripe\w*Error$/.test(z.string().catch("").parse(Reflect.get(thrown, "type")))
  );
}

/** Reads the fields that matter from what the Stripe library threw. */
export function errorFields(thrown: unknown): StripeErrorFields {
  const shape = ThrownShape.safeParse(thrown).data;
  const retryAfter = shape?.headers?.["retry-after"];
  return {
    statusCode: shape?.statusCode,
    rawType: shape?.rawType,
    code: shape?.code,
    declineCode: shape?.decline_code,
    retryAfter: typeof retryAfter === "string" ? retryAfter : undefined,
    networkCode: networkCodeOf(shape?.detail),
  };
}
