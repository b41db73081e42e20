/** Reads a PaymentIntent, from an answer or from an event, into a neutral `PaymentFact`. Pure. */
import * as z from "zod";
import type { ChannelPaymentStatus, PaymentFact } from "../channel.ts";
import { fromStripeAmount } from "./amounts.ts";
import { PAYMENT_ID_METADATA } from "./requests.ts";

const stripeStatuses = [
  "requires_payment_method",
  "requires_confirmation",
  "requires_action",
  "processing",
  "requires_capture",
  "succeeded",
  "canceled",
] as const;

/** Every PaymentIntent status of the pinned API version, in neutral words. */
const statuses: Record<(typeof stripeStatuses)[number], ChannelPaymentStatus> = {
  // Also the state after a failed attempt: the payer may try again, so this is not a failure.
  requires_payment_method: "requires_action",
  requires_confirmation: "requires_action",
  requires_action: "requires_action",
  processing: "processing",
  // Authorised, not captured. We never ask for manual capture; if it appears, money has not arrived yet.
  requires_capture: "processing",
  succeeded: "succeeded",
  canceled: "cancelled",
};

/** Epoch seconds up to 2286: 13 digits of milliseconds, which keys are made for. */
export const Seconds = z.int().nonnegative().max(9_999_999_999);

/** An object's id. @see Stripe, "Upgrades": ids can be up to 255 characters long */
export const ObjectId = z.string().max(255);

/** The fields we read. Others pass unread: Stripe adds fields without a new API version. */
const PaymentIntentShape = z.object({
  id: ObjectId.startsWith("pi_"),
  object: z.literal("payment_intent"),
  status: z.enum(stripeStatuses),
  amount: z.int().nonnegative(),
  amount_received: z.int().nonnegative(),
  currency: z.string().length(3),
  livemode: z.boolean(),
  created: Seconds,
  canceled_at: Seconds.nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  last_payment_error: z
    .object({
      code: z.string().nullish(),
      decline_code: z.string().nullish(),
      message: z.string().nullish(),
    })
    .nullish(),
  // An id, or the whole charge when the request asked to expand it.
  latest_charge: z.union([z.string(), z.object({ created: Seconds })]).nullish(),
  client_secret: z.string().nullish(),
});

export type StripePaymentIntent = z.infer<typeof PaymentIntentShape>;

/** Parses a PaymentIntent, or `undefined` when a field we rely on is missing or of another kind. */
export function parsePaymentIntent(raw: unknown): StripePaymentIntent | undefined {
  return PaymentIntentShape.safeParse(raw).data;
}

function attemptFailure(intent: StripePaymentIntent): PaymentFact["attemptFailed"] {
  const error = intent.last_payment_error;
  // Stripe keeps the last error on an intent whose later attempt succeeded.
  if (!error || intent.status === "succeeded" || intent.status === "processing") return undefined;
  return {
    code: error.decline_code ?? error.code ?? "unknown",
    message: error.message ?? "The attempt to pay failed.",
  };
}

/** Stripe's time for what the intent says: of the charge, of the cancellation, else of the creation. */
function ownTimeMs(intent: StripePaymentIntent): number {
  const charge = intent.latest_charge;
  const charged = typeof charge === "object" && charge !== null ? charge.created : undefined;
  const seconds = intent.status === "canceled" ? intent.canceled_at : charged;
  return (seconds ?? intent.created) * 1000;
}

/**
 * The fact a PaymentIntent states, or `undefined` when its amount has no exact value in our minor units.
 * `occurredAtMs` is the event's time where there is one; without it the intent's own times are used.
 */
export function paymentFact(intent: StripePaymentIntent, occurredAtMs?: number): PaymentFact | undefined {
  const wire = intent.status === "succeeded" ? intent.amount_received : intent.amount;
  const amount = fromStripeAmount(wire, intent.currency);
  if (!amount) return undefined;
  const paymentId = intent.metadata?.[PAYMENT_ID_METADATA];
  const attemptFailed = attemptFailure(intent);
  return {
    channel: "stripe",
    kind: "payment",
    channelPaymentId: intent.id,
    ...(paymentId !== undefined && { paymentId }),
    status: statuses[intent.status],
    ...(attemptFailed && { attemptFailed }),
    amount,
    livemode: intent.livemode,
    occurredAtMs: occurredAtMs ?? ownTimeMs(intent),
    rawStatus: intent.status,
  };
}
