/** Reads a PaymentIntent into a neutral fact. Pure. @see https://docs.stripe.com/api/payment_intents/object */
import * as z from "zod";
import type { ChannelPaymentStatus, PaymentFact } from "../facts.ts";
import { fromStripeAmount } from "./amounts.ts";
import { IdOrObject, idOf, Metadata, ObjectId, ownId, Seconds } from "./shapes.ts";

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
  // Authorised, not captured. We never ask for manual capture; if it appears, somebody else has to end it.
  requires_capture: "processing",
  succeeded: "succeeded",
  canceled: "cancelled",
};

const IntentShape = z.object({
  id: ObjectId.startsWith("pi_"),
  object: z.literal("payment_intent"),
  status: z.enum(stripeStatuses),
  amount: z.int().nonnegative(),
  amount_received: z.int().nonnegative(),
  currency: z.string().length(3),
  livemode: z.boolean(),
  created: Seconds,
  canceled_at: Seconds.nullish(),
  metadata: Metadata,
  last_payment_error: z
    .object({
      code: z.string().nullish(),
      decline_code: z.string().nullish(),
      message: z.string().nullish(),
    })
    .nullish(),
  latest_charge: IdOrObject.nullish(),
  client_secret: z.string().nullish(),
});

export type Intent = z.output<typeof IntentShape>;

/** `undefined` when a field that is relied on is missing or of another kind. */
export const parseIntent = (raw: unknown): Intent | undefined => IntentShape.safeParse(raw).data;

function attemptFailure({ last_payment_error: error, status }: Intent): PaymentFact["attemptFailed"] {
  // Stripe keeps the last error on an intent whose later attempt succeeded.
  if (!error || status === "succeeded" || status === "processing") return undefined;
  return {
    code: error.decline_code ?? error.code ?? "unknown",
    message: error.message ?? "The attempt to pay failed.",
  };
}

const ChargeTime = z.object({ created: Seconds });

/** Stripe's time for what the intent says: of the charge, of the cancellation, else of the creation. */
function ownTimeMs(intent: Intent): number {
  const charged = ChargeTime.safeParse(intent.latest_charge).data?.created;
  const seconds = intent.status === "canceled" ? intent.canceled_at : charged;
  return (seconds ?? intent.created) * 1000;
}

/** The fact that an intent states, or `undefined` when its amount has no exact value in our minor units. */
export function paymentFact(intent: Intent): PaymentFact | undefined {
  const { id, status, livemode } = intent;
  const amount = fromStripeAmount(
    status === "succeeded" ? intent.amount_received : intent.amount,
    intent.currency,
  );
  if (amount === undefined) return undefined;
  const paymentId = ownId("payment", intent.metadata);
  const attemptFailed = attemptFailure(intent);
  // The charge of an attempt that failed moved nothing.
  const moved = status === "succeeded" || status === "processing" || status === "requires_capture";
  const transactionId = moved ? idOf(intent.latest_charge) : undefined;
  return {
    channel: "stripe",
    kind: "payment",
    channelPaymentId: id,
    ...(transactionId === undefined ? {} : { transactionId }),
    ...(paymentId === undefined ? {} : { paymentId }),
    status: statuses[status],
    ...(attemptFailed === undefined ? {} : { attemptFailed }),
    amount,
    livemode,
    occurredAtMs: ownTimeMs(intent),
    rawStatus: status,
  };
}
