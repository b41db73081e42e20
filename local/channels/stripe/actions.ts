/** What people, the provider's staff and the payers' banks do, in the words that all simulators share. */
import { ActionRefused } from "../kit/protocol.ts";
import type { SimulatorAction } from "../simulator.ts";
import type { Context } from "./context.ts";
import { actOnDispute } from "./disputes.ts";
import { StripeFailure } from "./errors.ts";
import { findIntent } from "./intents.ts";
import { actOnRefund, reverse, settleNow } from "./orders.ts";
import { choose, intentOfSecret, payActionOf } from "./page.ts";

/** Stripe's own refusals, as the control surface knows them. */
function refusing(work: () => void): void {
  try {
    work();
  } catch (cause) {
    throw cause instanceof StripeFailure ? new ActionRefused(cause.message, { cause }) : cause;
  }
}

/** Does what is ordered. @throws ActionRefused for what nobody can do at Stripe, or not in the object's state. */
export function act(sim: Context, order: SimulatorAction): void {
  refusing(() => {
    switch (order.kind) {
      case "payment":
        actOnPayment(sim, order.id, order.action);
        break;
      case "refund":
        actOnRefund(sim, order.id, order.action);
        break;
      case "payout":
        if (order.action !== "return")
          throw new ActionRefused(`A transfer is made at once; there is nothing to ${order.action}.`);
        reverse(sim, order.id);
        break;
      case "dispute":
        actOnDispute(sim, order.id, order.action);
        break;
    }
  });
}

const choices = { approve: "pay", decline: "decline-generic", pend: "pay-slow" } as const;

function actOnPayment(
  sim: Context,
  id: string,
  action: Extract<SimulatorAction, { kind: "payment" }>["action"],
): void {
  if (action === "settle") settleNow(sim, id);
  else if (action !== "abandon") choose(sim, findIntent(sim, id), choices[action]);
  // Stripe hears nothing of a payer who walks away, unless it is waiting for an authentication.
  else if (sim.state.intents.get(id)?.status === "requires_action")
    choose(sim, findIntent(sim, id), "fail-authentication");
}

/** Does what a button of the page says. @throws ActionRefused */
export function pressed(sim: Context, clientSecret: string, button: string): void {
  const intent = intentOfSecret(sim, clientSecret);
  const action = payActionOf(button);
  if (!intent || !action) throw new ActionRefused(`The page has no button ${button}.`);
  refusing(() => choose(sim, intent, action));
}
