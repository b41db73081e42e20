/** Payments through channels: topping a wallet up, and looking payments up. */
import * as z from "zod";
import type { RouteTable } from "../../shared/http/route.ts";
import {
  moneySchema,
  pageOf,
  pageQuery,
  paymentIdSchema,
  positiveMoneySchema,
  timestampSchema,
} from "../../shared/http/schemas.ts";
import { paymentStatuses } from "../../shared/payments/payment.ts";

/** What the app does next: hand the secret to the channel's mobile SDK. */
export const clientActionView = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("stripe_client_secret"),
    publishableKey: z.string(),
    clientSecret: z.string(),
    paymentIntentId: z.string(),
  }),
]);

export const paymentView = z.object({
  id: paymentIdSchema,
  kind: z.literal("top-up"),
  status: z.enum(paymentStatuses),
  amount: moneySchema,
  channel: z.string(),
  /** Present while the payer has something to do. */
  action: clientActionView.optional(),
  /** Why the last attempt did not work, while the payment is still open or when it failed. */
  lastFailure: z.object({ code: z.string(), message: z.string() }).optional(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
  expiresAt: timestampSchema,
});

export const paymentsRoutes = {
  createTopUp: {
    method: "POST",
    path: "/top-ups",
    auth: "user",
    idempotent: true,
    summary: "Starts a payment into the caller's wallet through a channel",
    body: z.strictObject({
      amount: positiveMoneySchema,
      channel: z.string().regex(/^[a-z][a-z0-9-]{1,31}$/),
    }),
    reply: { status: 201, body: paymentView },
    problems: [
      "consent-required",
      "account-frozen",
      "channel-not-available",
      "currency-not-supported",
      "amount-not-supported",
      "payment-declined",
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
} as const satisfies RouteTable;
