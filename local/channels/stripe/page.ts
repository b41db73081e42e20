/** What the payer sees of a payment, and what the payer's choices do. */
import type { PageButton, PageView } from "../kit/protocol.ts";
import { confirmIntent, failAuthentication, passAuthentication } from "./confirm.ts";
import type { Context } from "./context.ts";
import { showAmount } from "./currencies.ts";
import { StripeFailure } from "./errors.ts";
import { cancelIntent } from "./intents.ts";
import { testMethod } from "./payment-methods.ts";
import type { PaymentIntent } from "./schema.ts";

const payer = { id: null, idempotencyKey: null };

const buttons = [
  { action: "pay", label: "Pay", look: "main" },
  { action: "pay-slow", label: "Pay, slow (processing first)" },
  { action: "decline-insufficient-funds", label: "Decline (insufficient funds)" },
  { action: "decline-generic", label: "Decline (generic)" },
  { action: "fail-authentication", label: "Fail authentication" },
  { action: "cancel", label: "Cancel" },
] as const satisfies readonly PageButton[];

/** What a payer can do on the page. */
export type PayAction = (typeof buttons)[number]["action"];

/** What the page says about each status. */
const messages: Record<PaymentIntent["status"], string> = {
  requires_payment_method: "Choose how this payment ends.",
  requires_confirmation: "Choose how this payment ends.",
  requires_action: "The bank asks the payer to authenticate.",
  processing: "The payment is being processed. Reload this page to see how it ends.",
  requires_capture: "The payment is authorised and waits for its capture.",
  succeeded: "The payment succeeded.",
  canceled: "The payment was cancelled.",
};

const methodOfAction = {
  pay: "pm_card_visa",
  "pay-slow": "pm_usBankAccount_success",
  "decline-insufficient-funds": "pm_card_chargeDeclinedInsufficientFunds",
  "decline-generic": "pm_card_chargeDeclined",
} as const satisfies Partial<Record<PayAction, string>>;

/** Does what the payer chose. @throws StripeFailure in a state that does not allow it. */
export function choose(sim: Context, intent: PaymentIntent, action: PayAction): void {
  if (action === "cancel") cancelIntent(sim, intent, "requested_by_customer", payer);
  else if (action === "fail-authentication") failAuthentication(sim, intent, payer);
  else if (action === "pay" && intent.status === "requires_action") passAuthentication(sim, intent, payer);
  else confirmAs(sim, intent, methodOfAction[action]);
}

function confirmAs(sim: Context, intent: PaymentIntent, method: string): void {
  try {
    confirmIntent(sim, intent, { method: testMethod(method), request: payer });
  } catch (thrown) {
    // A declined attempt is what was asked for; the intent shows it.
    if (!(thrown instanceof StripeFailure) || thrown.body.type !== "card_error") throw thrown;
  }
}

/** The choice of that name. */
export const payActionOf = (name: string): PayAction | undefined =>
  buttons.find(({ action }) => action === name)?.action;

/** The intent whose client secret that is: only who was given the secret can open the page. */
export function intentOfSecret(sim: Context, clientSecret: string): PaymentIntent | undefined {
  const intent = sim.state.intents.get(clientSecret.split("_secret_")[0] ?? "");
  return intent?.client_secret === clientSecret ? intent : undefined;
}

function buttonsOf(intent: PaymentIntent): readonly PageButton[] {
  const payable = ["requires_payment_method", "requires_confirmation", "requires_action"];
  if (!payable.includes(intent.status)) return [];
  return buttons.filter(
    ({ action }) => action !== "fail-authentication" || intent.status === "requires_action",
  );
}

function messageOf(intent: PaymentIntent): string {
  const failure =
    intent.status === "requires_payment_method" ? intent.last_payment_error?.message : undefined;
  return `${failure === undefined ? "" : `The last attempt failed: ${failure} `}${messages[intent.status]}`;
}

function returnUrlOf(intent: PaymentIntent): string | undefined {
  const redirect = intent.next_action?.["redirect_to_url"];
  const url =
    typeof redirect === "object" && redirect !== null ? Reflect.get(redirect, "return_url") : undefined;
  return typeof url === "string" ? url : undefined;
}

/** The page of one intent: merchant, amount, what happened so far, and what can still be done. */
export function viewOf(intent: PaymentIntent): PageView {
  const returnUrl = returnUrlOf(intent);
  return {
    merchant: "Kith",
    amount: showAmount(intent.amount, intent.currency),
    ...(intent.description !== null && { description: intent.description }),
    message: messageOf(intent),
    status: intent.status,
    buttons: buttonsOf(intent),
    ...(returnUrl !== undefined && { returnUrl }),
  };
}
