/** Refund endpoints, and refunds that end later. */
import { addBalanceTransaction } from "./charges.ts";
import type { Context, RequestInfo } from "./context.ts";
import { docUrl, invalidParam, noSuch, StripeFailure } from "./errors.ts";
import { findIntent } from "./intents.ts";
import type { Params } from "./params.ts";
import { testMethod } from "./payment-methods.ts";
import type { Charge, Refund } from "./schema.ts";

export const refundParams = ["amount", "charge", "expand", "metadata", "payment_intent", "reason"];

/** How long a slow refund takes, or a failing one before it fails, on the simulator's clock. */
export const REFUND_DELAY_MS = 5000;

const REASONS = ["duplicate", "fraudulent", "requested_by_customer"] as const;

/** The charge with that id, or 404. */
export function findCharge(sim: Context, id: string): Charge {
  const charge = sim.state.charges.get(id);
  if (!charge) throw noSuch("charge", id, "id");
  return charge;
}

/** The refund with that id, or 404. */
export function findRefund(sim: Context, id: string): Refund {
  const refund = sim.state.refunds.get(id);
  if (!refund) throw noSuch("refund", id, "id");
  return refund;
}

function chargeToRefund(sim: Context, params: Params): Charge {
  const intentId = params.text("payment_intent");
  const chargeId = params.text("charge");
  if ((intentId === undefined) === (chargeId === undefined))
    throw invalidParam("charge", "Give exactly one of charge and payment_intent.", "parameter_missing");
  const intent = intentId === undefined ? undefined : findIntent(sim, intentId);
  if (!intent) return findCharge(sim, chargeId ?? "");
  const charge = sim.state.charges.get(intent.latest_charge ?? "");
  if (intent.status !== "succeeded" || !charge)
    throw new StripeFailure(
      400,
      {
        type: "invalid_request_error",
        param: "payment_intent",
        message: `This PaymentIntent (${intent.id}) does not have a successful charge to refund.`,
      },
      true,
    );
  return charge;
}

function disputedCharge({ id }: Charge): StripeFailure {
  const code = "charge_disputed";
  const message = `Charge ${id} has been charged back; it cannot be refunded.`;
  return new StripeFailure(
    400,
    { type: "invalid_request_error", code, doc_url: docUrl(code), message },
    true,
  );
}

function amountToRefund(charge: Charge, asked: number | undefined): number {
  const left = charge.amount_captured - charge.amount_refunded;
  if (left === 0) {
    const code = "charge_already_refunded";
    const message = `Charge ${charge.id} has already been refunded.`;
    throw new StripeFailure(
      400,
      { type: "invalid_request_error", code, doc_url: docUrl(code), message },
      true,
    );
  }
  const amount = asked ?? left;
  if (amount < 1) throw invalidParam("amount", "The amount must be at least 1.", "parameter_invalid_integer");
  if (amount > left)
    throw new StripeFailure(
      400,
      {
        type: "invalid_request_error",
        param: "amount",
        message: `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
      },
      true,
    );
  return amount;
}

/** `POST /v1/refunds`: of the whole rest, or of a part. */
export function createRefund(sim: Context, params: Params, request: RequestInfo): Refund {
  const asked = params.integer("amount");
  const reason = params.choice("reason", REASONS) ?? null;
  const metadata = params.metadata();
  const charge = chargeToRefund(sim, params);
  if (charge.disputed) throw disputedCharge(charge);
  const amount = amountToRefund(charge, asked);
  const { refunds: behaviour } = testMethod(sim.state.paymentMethods.get(charge.payment_method) ?? "");
  const id = sim.newId("re");
  const refund: Refund = {
    id,
    object: "refund",
    amount,
    balance_transaction: addBalanceTransaction(sim, {
      amount: -amount,
      currency: charge.currency,
      description: `REFUND FOR CHARGE (${charge.id})`,
      source: id,
      type: "refund",
    }),
    charge: charge.id,
    created: sim.nowSeconds(),
    currency: charge.currency,
    metadata,
    payment_intent: charge.payment_intent,
    reason,
    status: behaviour === "pending" ? "pending" : "succeeded",
  };
  sim.state.refunds.set(id, refund);
  setRefunded(charge, charge.amount_refunded + amount);
  sim.emit("refund.created", refund, request);
  sim.emit("charge.refunded", charge, request);
  if (behaviour !== "succeed")
    sim.endLater(REFUND_DELAY_MS, {
      kind: "settle-refund",
      objectId: id,
      ending: behaviour === "fail" ? "fail" : "succeed",
    });
  return refund;
}

function setRefunded(charge: Charge, amount: number): void {
  charge.amount_refunded = amount;
  charge.refunded = amount === charge.amount_captured;
}

/** The late end of a refund. A failed one puts the money back, even after it was called succeeded. */
export function settleRefund(sim: Context, refund: Refund, ending: "succeed" | "fail"): void {
  const request = { id: null, idempotencyKey: null };
  if (ending === "succeed") {
    refund.status = "succeeded";
    sim.emit("refund.updated", refund, request);
    return;
  }
  const charge = findCharge(sim, refund.charge);
  refund.status = "failed";
  refund.failure_reason = "expired_or_canceled_card";
  refund.failure_balance_transaction = addBalanceTransaction(sim, {
    amount: refund.amount,
    currency: refund.currency,
    description: `REFUND FAILURE FOR CHARGE (${charge.id})`,
    source: refund.id,
    type: "refund_failure",
  });
  setRefunded(charge, charge.amount_refunded - refund.amount);
  sim.emit("refund.failed", refund, request);
}
