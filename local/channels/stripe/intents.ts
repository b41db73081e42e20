/** PaymentIntent endpoints: create, retrieve, confirm, cancel, capture. */
import { captureCharge } from "./charges.ts";
import { type Attempt, confirmIntent } from "./confirm.ts";
import { type Context, type RequestInfo, randomText } from "./context.ts";
import { checkCharge } from "./currencies.ts";
import { invalidParam, noSuch, unexpectedState } from "./errors.ts";
import type { Params } from "./params.ts";
import { type TestMethod, testMethod } from "./payment-methods.ts";
import type { PaymentIntent } from "./schema.ts";
import { methodFromData, methodOfId } from "./tokens.ts";

/** Parameters of `POST /v1/payment_intents` that the simulator understands. */
export const createParams = [
  ...[
    "allowed_payment_method_types",
    "amount",
    "automatic_payment_methods",
    "capture_method",
    "confirm",
    "currency",
    "customer",
    "description",
  ],
  ...["expand", "metadata", "payment_method", "payment_method_data", "receipt_email"],
  ...["return_url", "statement_descriptor_suffix", "transfer_group", "use_stripe_sdk"],
];
/** Parameters of `POST …/confirm`. What mobile SDKs add about themselves is accepted and not used. */
export const confirmParams = [
  ...["client_secret", "expand", "mandate_data", "off_session", "payment_method", "payment_method_data"],
  ...["payment_method_options", "return_url", "use_stripe_sdk", "key", "expected_payment_method_type"],
];
export const cancelParams = ["cancellation_reason", "expand"];
export const captureParams = ["amount_to_capture", "expand"];
export const retrieveParams = ["client_secret", "expand", "key"];

const CAPTURE_METHODS = ["automatic", "automatic_async", "manual"] as const;
const CANCELLABLE = [
  "requires_payment_method",
  "requires_confirmation",
  "requires_action",
  "requires_capture",
];
const CANCELLATION_REASONS = ["abandoned", "duplicate", "fraudulent", "requested_by_customer"] as const;
const SECRET_CHARACTERS = 25;

/** The intent with that id, or 404. */
export function findIntent(sim: Context, id: string): PaymentIntent {
  const intent = sim.state.intents.get(id);
  if (!intent) throw noSuch("payment_intent", id);
  return intent;
}

/** The intent as its retrieval tells it. */
export function reportedIntent(sim: Context, id: string): PaymentIntent {
  const intent = findIntent(sim, id);
  const { amount, currency } = intent;
  const truth = { value: amount, currency: currency.toUpperCase(), merchant: "" };
  const told = sim.reported(id, truth);
  if (told === truth) return intent;
  const received = intent.amount_received === amount ? told.value : intent.amount_received;
  return { ...intent, amount: told.value, amount_received: received, currency: told.currency.toLowerCase() };
}

function methodOf(sim: Context, params: Params): TestMethod | undefined {
  const data = params.object("payment_method_data");
  if (data) return methodFromData(sim, data);
  const alias = params.text("payment_method");
  return alias === undefined ? undefined : methodOfId(sim, alias);
}

function automaticMethods(params: Params): PaymentIntent["automatic_payment_methods"] {
  const asked = params.object("automatic_payment_methods");
  if (!asked && params.list("allowed_payment_method_types").length > 0) return null;
  if (asked && asked["enabled"] === undefined)
    throw invalidParam(
      "automatic_payment_methods[enabled]",
      "Missing required param: automatic_payment_methods[enabled].",
      "parameter_missing",
    );
  // Without either parameter the current API offers what the account has switched on.
  const redirects = asked?.["allow_redirects"];
  return { allow_redirects: typeof redirects === "string" ? redirects : "always", enabled: true };
}

/** `POST /v1/payment_intents`. With `confirm=true` it also confirms, with all that may follow. */
export function createIntent(sim: Context, params: Params, request: RequestInfo): PaymentIntent {
  const amount = params.requiredInteger("amount");
  const currency = params.requiredText("currency").toLowerCase();
  checkCharge(amount, currency);
  const method = methodOf(sim, params);
  const confirm = params.flag("confirm") === true;
  if (confirm && !method) throw invalidParam("payment_method", "Cannot confirm without a payment method.");
  const types = params.list("allowed_payment_method_types");
  // A Korean wallet, not the phone maker's own elsewhere. @see https://docs.stripe.com/payments/samsung-pay
  if (types.includes("samsung_pay") && currency !== "krw")
    throw invalidParam(
      "allowed_payment_method_types",
      `The currency ${currency} cannot be used with samsung_pay: it takes krw only.`,
      "payment_intent_invalid_parameter",
    );
  const fields = {
    automatic_payment_methods: automaticMethods(params),
    capture_method: params.choice("capture_method", CAPTURE_METHODS) ?? "automatic_async",
    customer: params.text("customer") ?? null,
    description: params.text("description") ?? null,
    metadata: params.metadata(),
    payment_method_types: types.length > 0 ? types : ["card"],
    receipt_email: params.text("receipt_email") ?? null,
    statement_descriptor_suffix: params.text("statement_descriptor_suffix") ?? null,
    transfer_group: params.text("transfer_group") ?? null,
  };
  const id = sim.newId("pi");
  const intent: PaymentIntent = {
    ...fields,
    id,
    object: "payment_intent",
    amount,
    amount_capturable: 0,
    amount_received: 0,
    canceled_at: null,
    cancellation_reason: null,
    client_secret: `${id}_secret_${randomText(sim.random, SECRET_CHARACTERS)}`,
    confirmation_method: "automatic",
    created: sim.nowSeconds(),
    currency,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    next_action: null,
    payment_method: method?.alias ?? null,
    processing: null,
    status: method ? "requires_confirmation" : "requires_payment_method",
  };
  sim.state.intents.set(id, intent);
  sim.emit("payment_intent.created", intent, request);
  if (confirm && method)
    confirmIntent(sim, intent, { method, returnUrl: params.text("return_url"), request });
  return intent;
}

/** `POST …/confirm`: with the payment method given, or with the one given at creation. */
export function confirm(sim: Context, id: string, params: Params, request: RequestInfo): PaymentIntent {
  const intent = findIntent(sim, id);
  const earlier = intent.status === "requires_confirmation" ? intent.payment_method : null;
  const method = methodOf(sim, params) ?? (earlier === null ? undefined : testMethod(earlier));
  const attempt: Omit<Attempt, "method"> = { returnUrl: params.text("return_url"), request };
  if (method) confirmIntent(sim, intent, { ...attempt, method });
  else if (intent.status === "requires_payment_method")
    throw unexpectedState(intent, "confirm (without a payment method)", ["requires_confirmation"]);
  else throw unexpectedState(intent, "confirm", ["requires_payment_method", "requires_confirmation"]);
  return intent;
}

/** `POST …/cancel`. An authorised amount is given back. */
export function cancel(sim: Context, id: string, params: Params, request: RequestInfo): PaymentIntent {
  const reason = params.choice("cancellation_reason", CANCELLATION_REASONS) ?? null;
  const intent = findIntent(sim, id);
  cancelIntent(sim, intent, reason, request);
  return intent;
}

/** Cancels an intent, or throws 400 when it is paid, being paid or cancelled already. */
export function cancelIntent(
  sim: Context,
  intent: PaymentIntent,
  reason: string | null,
  request: RequestInfo,
): void {
  if (!CANCELLABLE.includes(intent.status)) throw unexpectedState(intent, "cancel", CANCELLABLE);
  const charge =
    intent.status === "requires_capture" ? sim.state.charges.get(intent.latest_charge ?? "") : undefined;
  intent.status = "canceled";
  intent.canceled_at = sim.nowSeconds();
  intent.cancellation_reason = reason;
  intent.amount_capturable = 0;
  intent.next_action = null;
  if (charge) {
    charge.amount_refunded = charge.amount;
    charge.refunded = true;
    sim.emit("charge.refunded", charge, request);
  }
  sim.emit("payment_intent.canceled", intent, request);
}

/** `POST …/capture`: all of the authorised amount, or a part and the rest is let go. */
export function capture(sim: Context, id: string, params: Params, request: RequestInfo): PaymentIntent {
  const asked = params.integer("amount_to_capture");
  const intent = findIntent(sim, id);
  const charge = sim.state.charges.get(intent.latest_charge ?? "");
  if (intent.status !== "requires_capture" || !charge)
    throw unexpectedState(intent, "capture", ["requires_capture"]);
  const amount = asked ?? intent.amount_capturable;
  if (amount < 1 || amount > intent.amount_capturable)
    throw invalidParam(
      "amount_to_capture",
      `Cannot capture ${amount}: ${intent.amount_capturable} is authorised.`,
      "amount_too_large",
    );
  captureCharge(sim, charge, amount);
  intent.status = "succeeded";
  intent.amount_received = amount;
  intent.amount_capturable = 0;
  sim.emit("charge.captured", charge, request);
  sim.emit("payment_intent.succeeded", intent, request);
  return intent;
}

/** What a client with the publishable key and the client secret may see. */
export function publicView(intent: PaymentIntent): Record<string, unknown> {
  const {
    metadata,
    latest_charge,
    customer,
    transfer_group,
    amount_received,
    amount_capturable,
    ...visible
  } = intent;
  return visible;
}
