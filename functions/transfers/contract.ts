/** Paying a person from the wallet, asking a person for money, and exchanging currencies. */
import * as z from "zod";
import { audienceSchema } from "../../shared/events/catalogue.ts";
import type { RouteTable } from "../../shared/http/route.ts";
import {
  accountIdSchema,
  currencySchema,
  handleSchema,
  moneySchema,
  pageOf,
  pageQuery,
  paymentIdSchema,
  paymentRequestIdSchema,
  personText,
  positiveMoneySchema,
  quoteIdSchema,
  stepUpIdSchema,
  timestampSchema,
  transferIdSchema,
} from "../../shared/http/schemas.ts";
import { requestStatuses } from "../../shared/requests/request.ts";

export const transferView = z.object({
  id: transferIdSchema,
  payer: accountIdSchema,
  payee: accountIdSchema,
  /** What the payee gets. */
  amount: moneySchema,
  /** What the payer sold for it, where two currencies were exchanged; shown to the payer only. */
  paid: moneySchema.optional(),
  note: z.string().optional(),
  audience: audienceSchema,
  /** The payment through a channel that it came of: the payee refunds it by this. */
  paymentId: paymentIdSchema.optional(),
  /** The request that it answered. */
  requestId: paymentRequestIdSchema.optional(),
  createdAt: timestampSchema,
});

const personSchema = z.union([
  z.strictObject({ id: accountIdSchema }),
  z.strictObject({ handle: handleSchema }),
]);

export const createTransferBody = z.strictObject({
  payee: personSchema,
  amount: positiveMoneySchema,
  note: personText(280).optional(),
  /** Who may see that it happened, never how much; the stricter of both parties' settings still wins. */
  audience: audienceSchema.default("participants"),
  /**
   * Pays in another currency: what the quote buys must be the amount. Used once. With a quote the payee may be the
   * caller, who then exchanges their own money.
   */
  quoteId: quoteIdSchema.optional(),
  /** An approved step-up of this very transfer; needed from the configured amount on. */
  stepUp: stepUpIdSchema.optional(),
});

export const createRequestBody = z.strictObject({
  /** Who is asked to pay. */
  from: personSchema,
  amount: positiveMoneySchema,
  note: personText(280).optional(),
  expiresInDays: z.int().min(1).max(90).default(14),
});

export const payRequestBody = z.strictObject({
  /** The payer's own words; without them the request's note goes with the transfer. */
  note: personText(280).optional(),
  quoteId: quoteIdSchema.optional(),
  /** An approved step-up of this very payment, its operation `request`; needed from the configured amount on. */
  stepUp: stepUpIdSchema.optional(),
  audience: audienceSchema.default("participants"),
});

export const requestView = z.object({
  id: paymentRequestIdSchema,
  /** Who wants the money. */
  requester: accountIdSchema,
  /** Who is asked for it. */
  payer: accountIdSchema,
  amount: moneySchema,
  note: z.string().optional(),
  status: z.enum(requestStatuses),
  createdAt: timestampSchema,
  expiresAt: timestampSchema,
  closedAt: timestampSchema.optional(),
  /** Reminders sent; at most 3, one in 24 hours. */
  reminders: z.int(),
  remindedAt: timestampSchema.optional(),
  /** The transfer that paid it. */
  transferId: transferIdSchema.optional(),
});

export const createQuoteBody = z
  .strictObject({
    /** The currency that is sold. */
    from: currencySchema,
    /** The currency that is bought. */
    to: currencySchema,
    /** In `from`: sell exactly this. In `to`: buy exactly this. */
    amount: positiveMoneySchema,
  })
  .refine(({ from, to }) => from !== to, { path: ["to"], error: "must be another currency" })
  .refine(({ from, to, amount }) => amount.currency === from || amount.currency === to, {
    path: ["amount", "currency"],
    error: "must be one of the two",
  });

export const quoteView = z.object({
  id: quoteIdSchema,
  sell: moneySchema,
  buy: moneySchema,
  /** Major units bought for one sold, spread taken off: a decimal number. */
  rate: z.string(),
  /** From here on it cannot be used: 60 seconds after it was made. */
  expiresAt: timestampSchema,
});

const requestParams = z.object({ id: paymentRequestIdSchema });

export const transfersRoutes = {
  createTransfer: {
    method: "POST",
    path: "/transfers",
    auth: "user",
    idempotent: true,
    summary: "Pays a person from the caller's balance",
    body: createTransferBody,
    reply: { status: 201, body: transferView },
    problems: [
      "consent-required",
      "account-frozen",
      "payee-not-found",
      "insufficient-funds",
      "limit-exceeded",
      "velocity-exceeded",
      "step-up-required",
      "self-payment",
      "currency-not-supported",
      "quote-not-valid",
    ],
    throttle: { ratePerSecond: 500, burst: 1000 },
    sessionCheck: "ledger",
  },
  getTransfer: {
    method: "GET",
    path: "/transfers/{id}",
    auth: "user",
    idempotent: false,
    summary: "A transfer the caller took part in",
    params: z.object({ id: transferIdSchema }),
    reply: { status: 200, body: transferView },
    problems: [],
  },
  createPaymentRequest: {
    method: "POST",
    path: "/payment-requests",
    auth: "user",
    idempotent: true,
    summary: "Asks a person for money; at most 50 requests in 24 hours",
    body: createRequestBody,
    reply: { status: 201, body: requestView },
    problems: ["consent-required", "payee-not-found", "self-payment"],
  },
  listPaymentRequests: {
    method: "GET",
    path: "/payment-requests",
    auth: "user",
    idempotent: false,
    summary: "Requests to the caller, or of the caller, newest first",
    query: pageQuery.extend({ direction: z.enum(["incoming", "outgoing"]).default("incoming") }),
    reply: { status: 200, body: pageOf(requestView) },
    problems: ["cursor-invalid"],
  },
  getPaymentRequest: {
    method: "GET",
    path: "/payment-requests/{id}",
    auth: "user",
    idempotent: false,
    summary: "A request that the caller made or was sent",
    params: requestParams,
    reply: { status: 200, body: requestView },
    problems: [],
  },
  payPaymentRequest: {
    method: "POST",
    path: "/payment-requests/{id}/pay",
    auth: "user",
    idempotent: true,
    summary: "Pays a request: a transfer to who made it, once, whatever keys are used",
    params: requestParams,
    body: payRequestBody,
    reply: { status: 201, body: transferView },
    problems: [
      "consent-required",
      "account-frozen",
      "insufficient-funds",
      "limit-exceeded",
      "velocity-exceeded",
      "step-up-required",
      "currency-not-supported",
      "quote-not-valid",
      "conflict",
    ],
  },
  declinePaymentRequest: {
    method: "POST",
    path: "/payment-requests/{id}/decline",
    auth: "user",
    idempotent: false,
    summary: "The asked person will not pay; declining again changes nothing",
    params: requestParams,
    reply: { status: 200, body: requestView },
    problems: ["conflict"],
  },
  cancelPaymentRequest: {
    method: "POST",
    path: "/payment-requests/{id}/cancel",
    auth: "user",
    idempotent: false,
    summary: "The requester takes the request back; cancelling again changes nothing",
    params: requestParams,
    reply: { status: 200, body: requestView },
    problems: ["conflict"],
  },
  remindPaymentRequest: {
    method: "POST",
    path: "/payment-requests/{id}/remind",
    auth: "user",
    idempotent: false,
    summary: "Reminds the asked person: three times at most, once in 24 hours",
    params: requestParams,
    reply: { status: 200, body: requestView },
    problems: ["conflict"],
  },
  createQuote: {
    method: "POST",
    path: "/fx/quotes",
    auth: "user",
    idempotent: true,
    summary: "What an exchange of currencies costs or brings; holds for 60 seconds",
    body: createQuoteBody,
    reply: { status: 201, body: quoteView },
    problems: ["currency-not-supported", "amount-not-supported", "rate-unavailable"],
  },
} as const satisfies RouteTable;
