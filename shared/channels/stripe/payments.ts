/** Payments at Stripe: create, query, close. @see https://docs.stripe.com/api/payment_intents */
import * as z from "zod";
import type {
  ClosedPayment,
  CloseReason,
  CreatedPayment,
  CreatePaymentInput,
  PaymentRef,
} from "../channel.ts";
import type { ChannelOutcome, PaymentFact } from "../facts.ts";
import type { Plan } from "../plan.ts";
import { toReference } from "../reference.ts";
import { pathTo, type StripeApi } from "./api.ts";
import type { FormParams } from "./form.ts";
import { type Intent, parseIntent, paymentFact } from "./intents.ts";
import { chargeRanges, stripeAmountWithin } from "./ranges.ts";
import { doubtful, notUnderstood, ObjectId, ownMetadata } from "./shapes.ts";
import { confirmWith, methodOfToken, payingOf } from "./wallets.ts";

/** What an app needs to confirm a payment with Stripe's SDK. */
export const clientSecretAction = z.strictObject({
  type: z.literal("stripe_client_secret"),
  publishableKey: z.string(),
  clientSecret: z.string(),
  paymentIntentId: z.string(),
});

/** A token or a payment method that was made. */
const MadeShape = z.object({ id: ObjectId, object: z.enum(["token", "payment_method"]) });

type Read = { readonly intent: Intent; readonly fact: PaymentFact };

/** Reads an intent and holds it against what was asked about. */
function readIntent(
  raw: unknown,
  asked: { readonly paymentId: string; readonly channelPaymentId?: string },
): ChannelOutcome<Read> {
  const intent = parseIntent(raw);
  const fact = intent && paymentFact(intent);
  if (intent === undefined || fact === undefined) return notUnderstood;
  const another =
    (asked.channelPaymentId !== undefined && asked.channelPaymentId !== intent.id) ||
    (fact.paymentId !== undefined && fact.paymentId !== asked.paymentId);
  return another
    ? doubtful("the answer is about another payment")
    : { outcome: "ok", value: { intent, fact } };
}

const results = {
  cancelled: "closed",
  failed: "closed",
  succeeded: "already-paid",
  processing: "in-progress",
  requires_action: "in-progress",
  requires_capture: "in-progress",
} as const satisfies Record<PaymentFact["status"], ClosedPayment["result"]>;

const cancellationReasons = {
  requested: "requested_by_customer",
  expired: "abandoned",
} as const satisfies Record<CloseReason, string>;

export function stripePayments(api: StripeApi, publishableKey: string) {
  /** Makes one object under a key of its own, and reads its id. */
  function* make(
    what: "tokens" | "payment_methods",
    params: FormParams,
    key: string,
  ): Plan<ChannelOutcome<string>> {
    const operation = what === "tokens" ? "stripe.create-token" : "stripe.create-payment-method";
    const result = yield* api.post(operation, `/v1/${what}`, params, key);
    if (!result.ok) return result.failure;
    const made = MadeShape.safeParse(result.object).data;
    return made === undefined ? notUnderstood : { outcome: "ok", value: made.id };
  }

  /** The parameters that say how it is paid; makes a payment method of what a wallet gave. */
  function* methodsFor(input: CreatePaymentInput): Plan<ChannelOutcome<FormParams>> {
    const paying = payingOf(input.payer, input.money.currency);
    if ("outcome" in paying) return paying;
    if (paying.by === "client-secret") return { outcome: "ok", value: paying.methods };
    const reference = toReference(input.paymentId);
    const token: ChannelOutcome<string> =
      paying.by === "token"
        ? { outcome: "ok", value: paying.token }
        : yield* make("tokens", paying.token, `${reference}:token:1`);
    if (token.outcome !== "ok") return token;
    const method = yield* make("payment_methods", methodOfToken(token.value), `${reference}:method:1`);
    return method.outcome === "ok" ? { outcome: "ok", value: confirmWith(method.value) } : method;
  }

  function created(raw: unknown, { paymentId }: CreatePaymentInput): ChannelOutcome<CreatedPayment> {
    const read = readIntent(raw, { paymentId });
    if (read.outcome !== "ok") return read;
    const { intent, fact } = read.value;
    if (!intent.client_secret) return notUnderstood;
    const action = {
      type: "stripe_client_secret",
      publishableKey,
      clientSecret: intent.client_secret,
      paymentIntentId: intent.id,
    };
    return { outcome: "ok", value: { action, fact } };
  }

  /** Depends on nothing but `input`, so a repetition under the same key sends the same parameters. */
  function* createPayment(input: CreatePaymentInput): Plan<ChannelOutcome<CreatedPayment>> {
    const wire = stripeAmountWithin(chargeRanges, input.money);
    if ("outcome" in wire) return wire;
    const methods = yield* methodsFor(input);
    if (methods.outcome !== "ok") return methods;
    const params = {
      ...wire,
      description: input.description,
      capture_method: "automatic",
      metadata: ownMetadata("payment", input.paymentId),
      ...methods.value,
    };
    const key = `${toReference(input.paymentId)}:create:1`;
    const result = yield* api.post("stripe.create-payment", "/v1/payment_intents", params, key);
    if (result.ok) return created(result.object, input);
    // The wallet's card was refused, and the payment exists: it can be paid in another way.
    return result.failure.outcome === "declined" && result.intent !== undefined
      ? created(result.intent, input)
      : result.failure;
  }

  function* queryPayment(payment: PaymentRef): Plan<ChannelOutcome<PaymentFact>> {
    const path = pathTo("payment_intents", payment.channelPaymentId);
    const result = yield* api.get("stripe.query-payment", path, { expand: ["latest_charge"] });
    if (!result.ok) return result.failure;
    const read = readIntent(result.object, payment);
    return read.outcome === "ok" ? { outcome: "ok", value: read.value.fact } : read;
  }

  /** No key of ours: cancelling twice is harmless, while a replayed refusal would outlive its cause. */
  function* closePayment(payment: PaymentRef, reason: CloseReason): Plan<ChannelOutcome<ClosedPayment>> {
    const closed = (fact: PaymentFact): ChannelOutcome<ClosedPayment> => ({
      outcome: "ok",
      value: { result: results[fact.status], fact },
    });
    const path = `${pathTo("payment_intents", payment.channelPaymentId)}/cancel`;
    const params = { cancellation_reason: cancellationReasons[reason] };
    const result = yield* api.post("stripe.close-payment", path, params);
    if (result.ok) {
      const read = readIntent(result.object, payment);
      return read.outcome === "ok" ? closed(read.value.fact) : read;
    }
    const { failure } = result;
    if (failure.outcome !== "declined" || failure.reason !== "wrong-state") return failure;
    // Not cancellable: already cancelled, already paid, or being settled. The intent says which.
    const now = yield* queryPayment(payment);
    return now.outcome === "ok" ? closed(now.value) : now;
  }

  return { createPayment, queryPayment, closePayment };
}
