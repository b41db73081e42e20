/** Pure builders of Stripe request parameters from our input. */
import type { ChannelDeclined, CloseReason, CreatePaymentInput } from "../channel.ts";
import { toStripeAmount } from "./amounts.ts";
import { stripeCapabilities } from "./capabilities.ts";

/** The metadata name that carries our payment id. Read back by `facts.ts`. */
export const PAYMENT_ID_METADATA = "payment_id";

/** Body of `POST /v1/payment_intents`. */
export interface CreateIntentParams {
  amount: number;
  currency: string;
  description: string;
  capture_method: "automatic";
  automatic_payment_methods: { enabled: true };
  metadata: Record<string, string>;
}

/** Ready parameters, or the refusal that Stripe's published limits make certain. */
export type CreateIntentRequest =
  | { readonly ok: true; readonly params: CreateIntentParams; readonly idempotencyKey: string }
  | { readonly ok: false; readonly declined: ChannelDeclined };

const refuse = (reason: ChannelDeclined["reason"], code: string): CreateIntentRequest => ({
  ok: false,
  declined: { outcome: "declined", reason, code },
});

/**
 * Parameters for a new PaymentIntent. Depends on nothing but `input`, so a retry under the same
 * idempotency key sends the same parameters.
 */
export function createIntentRequest(input: CreatePaymentInput): CreateIntentRequest {
  const { currencies } = stripeCapabilities;
  const range = Object.hasOwn(currencies, input.money.currency)
    ? currencies[input.money.currency]
    : undefined;
  if (range === undefined) return refuse("currency-not-accepted", "invalid_currency");
  if (input.money.value < range.min) return refuse("amount-not-accepted", "amount_too_small");
  const wire = toStripeAmount(input.money);
  if (!wire.ok) return refuse("amount-not-accepted", wire.code);
  return {
    ok: true,
    idempotencyKey: input.idempotencyKey,
    params: {
      amount: wire.amount,
      currency: wire.currency,
      description: input.description,
      capture_method: "automatic",
      automatic_payment_methods: { enabled: true },
      // Ours last: a caller's metadata must not hide the id that facts are matched by.
      metadata: { ...input.metadata, [PAYMENT_ID_METADATA]: input.paymentId },
    },
  };
}

/** Body of `POST /v1/payment_intents/:id/cancel`. */
export interface CancelIntentParams {
  cancellation_reason: "abandoned" | "duplicate" | "fraudulent" | "requested_by_customer";
}

const cancellationReasons = {
  requested: "requested_by_customer",
  expired: "abandoned",
  duplicate: "duplicate",
  fraudulent: "fraudulent",
} as const satisfies Record<CloseReason, CancelIntentParams["cancellation_reason"]>;

/** Parameters for cancelling a PaymentIntent. */
export function cancelIntentParams(reason: CloseReason): CancelIntentParams {
  return { cancellation_reason: cancellationReasons[reason] };
}
