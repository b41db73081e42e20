/** Payments: to a person or into one's own wallet, from the balance or through channels; and what becomes of them. */
import * as z from "zod";
import { clientActionSchema } from "../../shared/channels/client-actions.ts";
import { audienceSchema } from "../../shared/events/catalogue.ts";
import type { RouteTable } from "../../shared/http/route.ts";
import {
  accountIdSchema,
  handleSchema,
  moneySchema,
  pageOf,
  pageQuery,
  paymentIdSchema,
  personText,
  positiveMoneySchema,
  refundIdSchema,
  stepUpIdSchema,
  timestampSchema,
  transferIdSchema,
} from "../../shared/http/schemas.ts";
import { disputeStatuses } from "../../shared/payments/dispute.ts";
import { paymentKinds, paymentStatuses } from "../../shared/payments/payment.ts";
import { refundStatuses } from "../../shared/payments/refund.ts";
import { countrySchema, distances } from "../../shared/routing/distance.ts";
import { resolutionRoutes } from "./resolutions/contract.ts";
import { withdrawalsRoutes } from "./withdrawals/contract.ts";

const failureView = z.object({ code: z.string(), message: z.string() });

export const paymentView = z.object({
  id: paymentIdSchema,
  kind: z.enum(paymentKinds),
  status: z.enum(paymentStatuses),
  amount: moneySchema,
  /** The part that comes from the balance, of a payment to a person. */
  fromBalance: moneySchema.optional(),
  /** The part that comes through the channel. */
  channelAmount: moneySchema.optional(),
  channel: z.string().optional(),
  /** Whom it is for, of a payment to a person. */
  payee: accountIdSchema.optional(),
  note: z.string().optional(),
  audience: audienceSchema.optional(),
  /** The transfer that came of it, once the payee has the money. */
  transferId: transferIdSchema.optional(),
  /** `payer`: the money came too late for the payee, and is in the payer's wallet. */
  landed: z.enum(["payee", "payer"]).optional(),
  /** What went back to the payer, or is on its way. */
  refunded: moneySchema,
  dispute: z.enum(["none", ...disputeStatuses]),
  /** It was called off, and the channel has not ended it yet. */
  cancelling: z.boolean(),
  /**
   * Present while the payer has something to do: what the app hands to the channel's own SDK or page. `type` says which
   * members there are.
   */
  action: clientActionSchema.optional(),
  /** Why the last attempt did not work, while the payment is still open or when it failed. */
  lastFailure: failureView.optional(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
  /** Absent when no channel has a part in it. */
  expiresAt: timestampSchema.optional(),
});

export const refundView = z.object({
  id: refundIdSchema,
  paymentId: paymentIdSchema,
  status: z.enum(refundStatuses),
  to: z.enum(["balance", "channel"]),
  amount: moneySchema,
  reason: z.string().optional(),
  failure: failureView.optional(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
});

const currencyRange = z.object({ min: z.int(), max: z.int(), step: z.int() });
const jsonSchema = z.record(z.string(), z.unknown());

/** A channel, with what an app has to know to use it. */
export const channelView = z.object({
  name: z.string(),
  title: z.string(),
  /** Minor units by currency. */
  currencies: z.record(z.string(), currencyRange),
  refunds: z.object({ partial: z.boolean(), windowDays: z.number() }).nullable(),
  payouts: z
    .object({ currencies: z.record(z.string(), currencyRange), mayNeedAction: z.boolean() })
    .nullable(),
  /** JSON Schemas of `payer` in payments, of the `action` an app is given, and of `recipient` in withdrawals. */
  payer: jsonSchema,
  actions: z.array(jsonSchema),
  recipients: z.array(jsonSchema),
});

/** Channels ranked for one payment. Nothing is promised by it. */
export const paymentQuoteView = z.object({
  at: timestampSchema,
  amount: moneySchema,
  /** Best first. */
  offers: z.array(
    z.object({
      channel: z.string(),
      distance: z.enum(distances),
      /** What the channel takes. */
      cost: moneySchema,
      /** Expected seconds until the money is there. */
      seconds: z.int(),
      /** The chance that it is paid and stays paid. */
      safety: z.number(),
      /** The lower, the better; the sum of its parts. */
      score: z.number(),
      parts: z.object({ cost: z.number(), speed: z.number(), safety: z.number() }),
      explanation: z.string(),
    }),
  ),
  excluded: z.array(
    z.object({
      channel: z.string(),
      reason: z.enum(["not-available", "currency-not-supported", "amount-not-supported"]),
    }),
  ),
});

const channelName = z.string().regex(/^[a-z][a-z0-9-]{1,31}$/);
/** Of the payer's card or account, where they say it: quotes learn from it. */
const payerCountry = countrySchema;
/** What the channel wants to know of the payer, as `GET /v1/channels` or its documentation says. */
const payerHints = z.record(z.string().regex(/^[A-Za-z]\w{0,31}$/), personText(8192));

export const createPaymentBody = z
  .strictObject({
    to: z.union([
      z.strictObject({ id: accountIdSchema }),
      z.strictObject({ handle: handleSchema }),
      /** The caller's own. */
      z.strictObject({ wallet: z.literal(true) }),
    ]),
    amount: positiveMoneySchema,
    /** `both`: the balance first, the rest through the channel. */
    from: z.enum(["balance", "channel", "both"]).default("both"),
    channel: channelName.optional(),
    payer: payerHints.optional(),
    country: payerCountry.optional(),
    note: personText(280).optional(),
    /** An approved step-up of `payment` over the whole amount to the payee, where what leaves the balance needs one. */
    stepUp: stepUpIdSchema.optional(),
    /** Who may see that it happened, never how much; the stricter of both parties' settings still wins. */
    audience: audienceSchema.default("participants"),
  })
  .refine(({ to, from, channel }) => channel !== undefined || (from !== "channel" && !("wallet" in to)), {
    path: ["channel"],
    error: "is needed to pay through a channel",
  })
  .refine(({ to, from }) => !("wallet" in to) || from !== "balance", {
    path: ["from"],
    error: "a wallet is not topped up from itself",
  })
  .refine(({ to, note }) => !("wallet" in to) || note === undefined, {
    path: ["note"],
    error: "a top-up has no note",
  });

const startProblems = [
  "consent-required",
  "account-frozen",
  "channel-not-available",
  "currency-not-supported",
  "amount-not-supported",
  "payment-declined",
] as const;

export const paymentsRoutes = {
  createTopUp: {
    method: "POST",
    path: "/top-ups",
    auth: "user",
    idempotent: true,
    summary: "Starts a payment into the caller's wallet through a channel",
    body: z.strictObject({
      amount: positiveMoneySchema,
      channel: channelName,
      payer: payerHints.optional(),
      country: payerCountry.optional(),
    }),
    reply: { status: 201, body: paymentView },
    problems: startProblems,
  },
  createPayment: {
    method: "POST",
    path: "/payments",
    auth: "user",
    idempotent: true,
    summary: "Pays a person, or tops the caller's wallet up, from the balance, through a channel, or both",
    body: createPaymentBody,
    reply: { status: 201, body: paymentView },
    problems: [
      ...startProblems,
      "payee-not-found",
      "self-payment",
      "insufficient-funds",
      "limit-exceeded",
      "velocity-exceeded",
      "step-up-required",
      "conflict",
    ],
  },
  listPayments: {
    method: "GET",
    path: "/payments",
    auth: "user",
    idempotent: false,
    summary: "The caller's payments, newest first",
    query: pageQuery,
    reply: { status: 200, body: pageOf(paymentView) },
    problems: ["cursor-invalid"],
  },
  getPayment: {
    method: "GET",
    path: "/payments/{id}",
    auth: "user",
    idempotent: false,
    summary: "One of the caller's payments",
    params: z.object({ id: paymentIdSchema }),
    reply: { status: 200, body: paymentView },
    problems: [],
  },
  cancelPayment: {
    method: "POST",
    path: "/payments/{id}/cancel",
    auth: "user",
    idempotent: true,
    summary: "Calls a payment off that has not been paid yet",
    params: z.object({ id: paymentIdSchema }),
    reply: { status: 200, body: paymentView },
    problems: ["conflict"],
  },
  createRefund: {
    method: "POST",
    path: "/payments/{id}/refunds",
    auth: "user",
    idempotent: true,
    summary:
      "Gives money of a payment back: the payee to the payer, or the owner of a top-up to where it came from",
    params: z.object({ id: paymentIdSchema }),
    body: z.strictObject({
      /** All that is left, when it is left out. */
      amount: positiveMoneySchema.optional(),
      /** The payer's balance, or the channel that it came through. */
      to: z.enum(["balance", "channel"]).optional(),
      reason: personText(80).optional(),
    }),
    reply: { status: 201, body: refundView },
    problems: [
      "not-permitted",
      "consent-required",
      "account-frozen",
      "insufficient-funds",
      "refund-not-possible",
      "refund-declined",
      "conflict",
    ],
  },
  listChannels: {
    method: "GET",
    path: "/channels",
    auth: "user",
    idempotent: false,
    summary: "The channels that money can come in and go out through here",
    reply: { status: 200, body: z.object({ items: z.array(channelView) }) },
    problems: [],
  },
  quotePayment: {
    method: "POST",
    path: "/payments/quote",
    auth: "user",
    idempotent: false,
    summary: "Ranks the channels for a payment by cost, speed and safety",
    body: z.strictObject({ amount: positiveMoneySchema, country: countrySchema.optional() }),
    reply: { status: 200, body: paymentQuoteView },
    problems: ["channel-not-available"],
  },
  listRefunds: {
    method: "GET",
    path: "/payments/{id}/refunds",
    auth: "user",
    idempotent: false,
    summary: "The refunds of a payment, for who paid and who was paid",
    params: z.object({ id: paymentIdSchema }),
    reply: { status: 200, body: z.object({ items: z.array(refundView) }) },
    problems: [],
  },
  ...withdrawalsRoutes,
  ...resolutionRoutes,
} as const satisfies RouteTable;
