/**
 * The objects of the simulator, in Stripe's wire form, and what it keeps beside them.
 * Schemas rather than interfaces, because what the store gives back is parsed before it is believed.
 * @see https://docs.stripe.com/api
 */
import * as z from "zod";

const seconds = z.int().nonnegative();
const minor = z.int();
const Metadata = z.record(z.string(), z.string());

/** The part of a payment method that errors and charges show. */
export const PaymentMethodShape = z.object({
  id: z.string(),
  object: z.literal("payment_method"),
  type: z.enum(["card", "us_bank_account"]),
  livemode: z.literal(false),
  created: seconds,
  card: z.object({ brand: z.string(), last4: z.string() }).optional(),
});
export type PaymentMethod = z.infer<typeof PaymentMethodShape>;

export const PaymentErrorShape = z.object({
  type: z.enum(["card_error", "invalid_request_error"]),
  code: z.string(),
  decline_code: z.string().optional(),
  message: z.string(),
  doc_url: z.string(),
  charge: z.string().optional(),
  payment_method: PaymentMethodShape.optional(),
});
export type PaymentError = z.infer<typeof PaymentErrorShape>;

export const PaymentIntentShape = z.object({
  id: z.string(),
  object: z.literal("payment_intent"),
  amount: minor,
  amount_capturable: minor,
  amount_received: minor,
  automatic_payment_methods: z.object({ allow_redirects: z.string(), enabled: z.boolean() }).nullable(),
  canceled_at: seconds.nullable(),
  cancellation_reason: z.string().nullable(),
  capture_method: z.enum(["automatic", "automatic_async", "manual"]),
  client_secret: z.string(),
  confirmation_method: z.literal("automatic"),
  created: seconds,
  currency: z.string(),
  customer: z.string().nullable(),
  description: z.string().nullable(),
  last_payment_error: PaymentErrorShape.nullable(),
  latest_charge: z.string().nullable(),
  livemode: z.literal(false),
  metadata: Metadata,
  next_action: z.record(z.string(), z.unknown()).nullable(),
  payment_method: z.string().nullable(),
  payment_method_types: z.array(z.string()),
  processing: z.unknown().nullable(),
  receipt_email: z.string().nullable(),
  statement_descriptor_suffix: z.string().nullable(),
  status: z.enum([
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "requires_capture",
    "succeeded",
    "canceled",
  ]),
  transfer_group: z.string().nullable(),
});
export type PaymentIntent = z.infer<typeof PaymentIntentShape>;

export const ChargeShape = z.object({
  id: z.string(),
  object: z.literal("charge"),
  amount: minor,
  amount_captured: minor,
  amount_refunded: minor,
  balance_transaction: z.string().nullable(),
  captured: z.boolean(),
  created: seconds,
  currency: z.string(),
  description: z.string().nullable(),
  disputed: z.boolean(),
  failure_code: z.string().nullable(),
  failure_message: z.string().nullable(),
  livemode: z.literal(false),
  metadata: Metadata,
  outcome: z.object({
    network_status: z.string(),
    reason: z.string().nullable(),
    seller_message: z.string(),
    type: z.string(),
  }),
  paid: z.boolean(),
  payment_intent: z.string(),
  payment_method: z.string(),
  payment_method_details: z.record(z.string(), z.unknown()),
  refunded: z.boolean(),
  status: z.enum(["succeeded", "pending", "failed"]),
});
export type Charge = z.infer<typeof ChargeShape>;

export const RefundShape = z.object({
  id: z.string(),
  object: z.literal("refund"),
  amount: minor,
  balance_transaction: z.string().nullable(),
  charge: z.string(),
  created: seconds,
  currency: z.string(),
  failure_balance_transaction: z.string().optional(),
  failure_reason: z.string().optional(),
  metadata: Metadata,
  payment_intent: z.string(),
  reason: z.string().nullable(),
  status: z.enum(["pending", "succeeded", "failed", "canceled"]),
});
export type Refund = z.infer<typeof RefundShape>;

export const BalanceTransactionShape = z.object({
  id: z.string(),
  object: z.literal("balance_transaction"),
  amount: minor,
  available_on: seconds,
  created: seconds,
  currency: z.string(),
  description: z.string().nullable(),
  exchange_rate: z.null(),
  fee: minor,
  fee_details: z.array(
    z.object({ amount: minor, currency: z.string(), description: z.string(), type: z.literal("stripe_fee") }),
  ),
  net: minor,
  reporting_category: z.enum([
    "charge",
    "refund",
    "refund_failure",
    "transfer",
    "transfer_reversal",
    "dispute",
    "dispute_reversal",
  ]),
  source: z.string().nullable(),
  status: z.literal("pending"),
  type: z.enum(["charge", "refund", "refund_failure", "transfer", "transfer_refund", "adjustment"]),
});
export type BalanceTransaction = z.infer<typeof BalanceTransactionShape>;

/** An event. `body` is the exact text that every delivery sends. */
export const EventRecordShape = z.object({
  id: z.string(),
  type: z.string(),
  objectId: z.string(),
  created: seconds,
  body: z.string(),
});
export type EventRecord = z.infer<typeof EventRecordShape>;

/** A first answer kept for its idempotency key. */
export const KeptAnswerShape = z.object({
  key: z.string(),
  fingerprint: z.string(),
  requestId: z.string(),
  status: z.int(),
  body: z.string(),
  atMs: z.number(),
});
export type KeptAnswer = z.infer<typeof KeptAnswerShape>;
