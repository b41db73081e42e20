/**
 * What PayPal's errors mean for an operation. Decided by PayPal's own words (`details[0].issue`, else `name`); the
 * HTTP status alone decides only where it is beyond doubt.
 * @see https://developer.paypal.com/api/rest/responses/
 */
import * as z from "zod";
import { jsonOf, retryAfterMs, soFar, unanswered } from "../answer.ts";
import type { ChannelFailure, DeclineReason } from "../facts.ts";
import type { Reply, WireAnswer } from "../plan.ts";

const Text = z.string().optional().catch(undefined);
const Links = z
  .array(z.object({ href: z.string() }))
  .optional()
  .catch(undefined);

const ErrorBody = z.object({
  name: Text,
  debug_id: Text,
  details: z
    .array(z.object({ issue: Text, link: Links, links: Links }))
    .optional()
    .catch(undefined),
});

export type PayPalError = {
  readonly name: string;
  /** The word that says what was wrong; empty when there is none. */
  readonly issue: string;
  /** PayPal's support finds the call by it. */
  readonly debugId: string;
  /** Addresses named in the details: the first batch of a payout that was asked for twice. */
  readonly hrefs: readonly string[];
};

const wordOf = (text: string | undefined): string =>
  text !== undefined && /^[0-9A-Z_]{1,64}$/.test(text) ? text : "";

/** The error in an answer; empty words where it says nothing that can be read. */
export function errorOf(answer: WireAnswer): PayPalError {
  const body = ErrorBody.safeParse(jsonOf(answer)).data;
  const details = body?.details ?? [];
  const debugId = body?.debug_id ?? answer.headers["paypal-debug-id"] ?? "";
  return {
    name: wordOf(body?.name),
    issue: wordOf(details[0]?.issue),
    debugId: /^[0-9A-Za-z]{1,40}$/.test(debugId) ? debugId : "",
    hrefs: details.flatMap(({ link, links }) => [...(link ?? []), ...(links ?? [])]).map(({ href }) => href),
  };
}

/** Words that refuse a request for good. A word that is not here decides nothing about money. */
const reasons: Readonly<Record<string, DeclineReason>> = {
  INVALID_REQUEST: "rejected",
  VALIDATION_ERROR: "rejected",
  INVALID_PARAMETER_SYNTAX: "rejected",
  INVALID_PARAMETER_VALUE: "rejected",
  INVALID_STRING_LENGTH: "rejected",
  MISSING_REQUIRED_PARAMETER: "rejected",
  NOT_AUTHORIZED: "not-supported",
  PERMISSION_DENIED: "not-supported",
  AUTHORIZATION_ERROR: "not-supported",
  RESOURCE_NOT_FOUND: "not-found",
  INVALID_RESOURCE_ID: "not-found",
  // Amounts and currencies.
  CANNOT_BE_ZERO_OR_NEGATIVE: "amount-not-accepted",
  DECIMAL_PRECISION: "amount-not-accepted",
  DECIMALS_NOT_SUPPORTED: "amount-not-accepted",
  MAX_VALUE_EXCEEDED: "amount-not-accepted",
  TRANSACTION_LIMIT_EXCEEDED: "amount-not-accepted",
  TRANSACTION_RECEIVING_LIMIT_EXCEEDED: "amount-not-accepted",
  RECEIVING_LIMIT_EXCEEDED: "amount-not-accepted",
  CURRENCY_NOT_SUPPORTED: "currency-not-accepted",
  INVALID_CURRENCY_CODE: "currency-not-accepted",
  NON_HOLDING_CURRENCY: "currency-not-accepted",
  // Orders and captures.
  INSTRUMENT_DECLINED: "card-declined",
  TRANSACTION_REFUSED: "rejected",
  COMPLIANCE_VIOLATION: "rejected",
  PAYER_CANNOT_PAY: "rejected",
  PAYER_ACCOUNT_RESTRICTED: "rejected",
  PAYER_ACCOUNT_LOCKED_OR_CLOSED: "rejected",
  PAYEE_ACCOUNT_RESTRICTED: "rejected",
  PAYEE_ACCOUNT_LOCKED_OR_CLOSED: "rejected",
  MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED: "wrong-state",
  DUPLICATE_INVOICE_ID: "wrong-state",
  ORDER_NOT_APPROVED: "wrong-state",
  ORDER_ALREADY_CAPTURED: "wrong-state",
  ORDER_EXPIRED: "too-late",
  // Refunds.
  CAPTURE_FULLY_REFUNDED: "wrong-state",
  PENDING_CAPTURE: "wrong-state",
  MAX_NUMBER_OF_REFUNDS_EXCEEDED: "wrong-state",
  REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK: "wrong-state",
  CAPTURE_DISPUTED_PARTIAL_REFUND_NOT_ALLOWED: "wrong-state",
  REFUND_AMOUNT_EXCEEDED: "amount-not-accepted",
  PARTIAL_REFUND_NOT_ALLOWED: "amount-not-accepted",
  REFUND_CAPTURE_CURRENCY_MISMATCH: "currency-not-accepted",
  REFUND_FAILED_INSUFFICIENT_FUNDS: "insufficient-funds",
  REFUND_TIME_LIMIT_EXCEEDED: "too-late",
  // Payouts.
  INSUFFICIENT_FUNDS: "insufficient-funds",
  SENDER_RESTRICTED: "rejected",
  SENDER_EMAIL_UNCONFIRMED: "rejected",
  ITEM_INCORRECT_STATUS: "wrong-state",
  ITEM_ALREADY_CANCELLED: "wrong-state",
};

/** Whether a call may move money: then an error that we do not know leaves open whether it did. */
export type CallKind = { readonly moves: boolean };

const detailOf = (status: number, error: PayPalError): string =>
  [String(status), error.name, error.issue, error.debugId].filter((part) => part !== "").join(" ");

/**
 * The outcome of a call that was answered with an error, or not at all. A refusal proves nothing once an earlier
 * attempt of the same call may have moved the money: it may be refused because that one did.
 */
export function failureOf(reply: Reply, { moves }: CallKind): ChannelFailure {
  if (reply.kind === "no-answer") return unanswered(reply);
  const { status } = reply.answer;
  const error = errorOf(reply.answer);
  const detail = detailOf(status, error);
  if (status === 401) return soFar({ outcome: "notSent", detail }, reply);
  if (status === 429) {
    const after = retryAfterMs(reply.answer);
    return soFar(
      { outcome: "notSent", detail, ...(after === undefined ? {} : { retryAfterMs: after }) },
      reply,
    );
  }
  // 409: an earlier request of the same id is still at work.
  if (status < 400 || status === 409 || status >= 500) return { outcome: "unknown", detail };
  const code = [error.issue, error.name].find((word) => Object.hasOwn(reasons, word));
  if (moves && (code === undefined || reply.earlierMayCount)) return { outcome: "unknown", detail };
  const reason = code === undefined ? undefined : reasons[code];
  return {
    outcome: "declined",
    reason: reason ?? (status === 404 ? "not-found" : "rejected"),
    code: code ?? (error.issue || error.name || `HTTP_${status}`),
    detail,
  };
}

/** An answer whose words we cannot take as truth. */
export const unreadable = (detail: string): ChannelFailure => ({ outcome: "unknown", detail });
