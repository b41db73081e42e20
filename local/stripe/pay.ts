/** What the payer's choices do, and the addresses of the page. */
import { confirmIntent, failAuthentication, passAuthentication } from "./confirm.ts";
import type { Context } from "./context.ts";
import { StripeFailure } from "./errors.ts";
import { parseForm } from "./form.ts";
import { cancelIntent } from "./intents.ts";
import { notFoundPage, type PayAction, pageHeaders, payActions, payPage } from "./pay-page.ts";
import { testMethod } from "./payment-methods.ts";
import type { PaymentIntent } from "./schema.ts";
import type { WireAnswer, WireRequest } from "./wire.ts";

const methodOfAction = {
  pay: "pm_card_visa",
  "pay-slow": "pm_usBankAccount_success",
  "decline-insufficient-funds": "pm_card_chargeDeclinedInsufficientFunds",
  "decline-generic": "pm_card_chargeDeclined",
} as const satisfies Partial<Record<PayAction, string>>;

/** Does what the payer chose. Throws a `StripeFailure` in a state that does not allow it. */
export function act(sim: Context, intent: PaymentIntent, action: PayAction): void {
  const request = { id: null, idempotencyKey: null };
  if (action === "cancel") cancelIntent(sim, intent, "requested_by_customer", request);
  else if (action === "fail-authentication") failAuthentication(sim, intent, request);
  else if (action === "pay" && intent.status === "requires_action") passAuthentication(sim, intent, request);
  else confirmAs(sim, intent, methodOfAction[action]);
}

function confirmAs(sim: Context, intent: PaymentIntent, method: string): void {
  const request = { id: null, idempotencyKey: null };
  try {
    confirmIntent(sim, intent, { method: testMethod(method), request });
  } catch (thrown) {
    // A declined attempt is what was asked for; the intent shows it.
    if (!(thrown instanceof StripeFailure) || thrown.body.type !== "card_error") throw thrown;
  }
}

const page = (status: number, body: string): WireAnswer => ({ status, headers: pageHeaders, body });

function intentOfSecret(sim: Context, clientSecret: string): PaymentIntent | undefined {
  const intent = sim.state.intents.get(clientSecret.split("_secret_")[0] ?? "");
  return intent?.client_secret === clientSecret ? intent : undefined;
}

/** The client secret that an address names: `/pay/<secret>`, or the query that Stripe's own pages use. */
function secretOf(request: WireRequest): string {
  const query = new URLSearchParams(request.query);
  return request.path === "/pay"
    ? (query.get("client_secret") ?? query.get("payment_intent_client_secret") ?? "")
    : request.path.slice("/pay/".length);
}

/** Answers `GET` and `POST` of the page. A choice is answered with a redirect back to the page. */
export function answerPay(sim: Context, merchantName: string, request: WireRequest): WireAnswer {
  const intent = intentOfSecret(sim, secretOf(request));
  if (!intent) return page(404, notFoundPage());
  if (request.method === "GET") return page(200, payPage(intent, merchantName));
  const chosen = parseForm(request.body)["action"];
  const action = payActions.find((known) => known === chosen);
  if (!action) return page(400, payPage(intent, merchantName));
  try {
    act(sim, intent, action);
  } catch (thrown) {
    if (!(thrown instanceof StripeFailure)) throw thrown;
    return page(409, payPage(intent, merchantName)); // Too late: another tab or the merchant was first.
  }
  return { status: 303, headers: { location: `/pay/${intent.client_secret}` }, body: "" };
}
