/** Confirming a PaymentIntent: the attempt to pay, and everything that may come of it. */
import { addCharge, attachPaymentMethod, captureCharge, failCharge, paymentError } from "./charges.ts";
import type { Context, RequestInfo } from "./context.ts";
import { StripeFailure, unexpectedState } from "./errors.ts";
import {
  authenticationFailure,
  type Decline,
  debitReturned,
  type TestMethod,
  testMethod,
} from "./payment-methods.ts";
import type { Charge, PaymentIntent, PaymentMethod } from "./schema.ts";

/** How long a slow payment stays `processing`, on the simulator's clock. */
export const SETTLE_DELAY_MS = 5000;

const CONFIRMABLE = ["requires_payment_method", "requires_confirmation", "requires_action"] as const;

/** An attempt to pay. */
export interface Attempt {
  readonly method: TestMethod;
  /** Where the payer goes after authentication; without it the app's SDK handles it. */
  readonly returnUrl?: string | undefined;
  readonly request: RequestInfo;
}

/** Refuses the attempt: the intent can be paid again, and shows why this attempt failed. */
function declineAttempt(
  sim: Context,
  intent: PaymentIntent,
  refusal: { decline: Decline; charge: Charge | undefined; method: PaymentMethod; request: RequestInfo },
): void {
  if (refusal.charge) failCharge(sim, refusal.charge, refusal.decline, refusal.request);
  intent.status = "requires_payment_method";
  intent.payment_method = null;
  intent.next_action = null;
  intent.processing = null;
  intent.last_payment_error = paymentError(refusal.decline, refusal.charge, refusal.method);
  sim.emit("payment_intent.payment_failed", intent, refusal.request);
}

/** The money is there: all of it, or, with manual capture, a promise of it. */
function succeedAttempt(sim: Context, intent: PaymentIntent, charge: Charge, request: RequestInfo): void {
  intent.next_action = null;
  intent.processing = null;
  intent.last_payment_error = null;
  if (intent.capture_method === "manual") {
    charge.status = "succeeded";
    charge.paid = true;
    intent.status = "requires_capture";
    intent.amount_capturable = intent.amount;
    sim.emit("charge.succeeded", charge, request);
    sim.emit("payment_intent.amount_capturable_updated", intent, request);
    return;
  }
  captureCharge(sim, charge, intent.amount);
  intent.status = "succeeded";
  intent.amount_received = intent.amount;
  sim.emit("charge.succeeded", charge, request);
  sim.emit("payment_intent.succeeded", intent, request);
}

function startProcessing(
  sim: Context,
  intent: PaymentIntent,
  charge: Charge,
  settling: { readonly ending: "succeed" | "fail"; readonly request: RequestInfo },
): void {
  intent.status = "processing";
  intent.next_action = null;
  intent.last_payment_error = null;
  sim.emit("charge.pending", charge, settling.request);
  sim.emit("payment_intent.processing", intent, settling.request);
  const { ending } = settling;
  sim.endLater(SETTLE_DELAY_MS, { kind: "settle-payment", objectId: charge.id, ending });
}

function askForAuthentication(sim: Context, intent: PaymentIntent, attempt: Attempt): void {
  const url = sim.pageUrl(intent.client_secret);
  intent.status = "requires_action";
  intent.last_payment_error = null;
  intent.next_action =
    attempt.returnUrl === undefined
      ? { type: "use_stripe_sdk", use_stripe_sdk: { type: "three_d_secure_redirect", stripe_js: url } }
      : { type: "redirect_to_url", redirect_to_url: { return_url: attempt.returnUrl, url } };
  sim.emit("payment_intent.requires_action", intent, attempt.request);
}

/**
 * Confirms with a payment method. Throws 402 `card_error`, showing the intent, when the attempt is declined,
 * and 400 in a state that cannot be confirmed.
 */
export function confirmIntent(sim: Context, intent: PaymentIntent, attempt: Attempt): void {
  if (!CONFIRMABLE.some((status) => status === intent.status))
    throw unexpectedState(intent, "confirm", CONFIRMABLE);
  const { method, request } = attempt;
  const attached = attachPaymentMethod(sim, method);
  intent.payment_method = attached.id;
  const payment = { methodId: attached.id, method };
  switch (method.behaviour.kind) {
    case "succeed":
      succeedAttempt(sim, intent, addCharge(sim, intent, payment, "succeeded"), request);
      return;
    case "authenticate":
      askForAuthentication(sim, intent, attempt);
      return;
    case "process":
      startProcessing(sim, intent, addCharge(sim, intent, payment, "pending"), {
        ending: method.behaviour.ending,
        request,
      });
      return;
    case "decline": {
      const { decline } = method.behaviour;
      const charge = addCharge(sim, intent, payment, "failed");
      declineAttempt(sim, intent, { decline, charge, method: attached, request });
      const { last_payment_error: error } = intent;
      throw new StripeFailure(
        402,
        { type: "card_error", message: decline.message, ...error, payment_intent: intent },
        true,
      );
    }
  }
}

/** The payer passed authentication: the card of the waiting attempt is charged. */
export function passAuthentication(sim: Context, intent: PaymentIntent, request: RequestInfo): void {
  const { methodId, method } = waitingAttempt(sim, intent);
  succeedAttempt(sim, intent, addCharge(sim, intent, { methodId, method }, "succeeded"), request);
}

/** The payer did not pass authentication: the attempt failed, no charge was made. */
export function failAuthentication(sim: Context, intent: PaymentIntent, request: RequestInfo): void {
  const { method } = waitingAttempt(sim, intent);
  const attached = attachPaymentMethod(sim, method);
  declineAttempt(sim, intent, {
    decline: authenticationFailure,
    charge: undefined,
    method: attached,
    request,
  });
}

function waitingAttempt(sim: Context, intent: PaymentIntent) {
  const methodId = intent.payment_method;
  const alias = methodId === null ? undefined : sim.state.paymentMethods.get(methodId);
  if (intent.status !== "requires_action" || methodId === null || alias === undefined)
    throw unexpectedState(intent, "authenticate", ["requires_action"]);
  return { methodId, method: testMethod(alias) };
}

/** The end of a slow payment. */
export function settlePayment(sim: Context, charge: Charge, ending: "succeed" | "fail"): void {
  const intent = sim.state.intents.get(charge.payment_intent);
  const alias = sim.state.paymentMethods.get(charge.payment_method);
  if (intent?.status !== "processing" || alias === undefined) return;
  const request = { id: null, idempotencyKey: null };
  if (ending === "succeed") {
    succeedAttempt(sim, intent, charge, request);
  } else {
    const method = attachPaymentMethod(sim, testMethod(alias));
    declineAttempt(sim, intent, { decline: debitReturned, charge, method, request });
  }
}
