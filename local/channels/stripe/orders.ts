/** What the provider's staff and the payers' banks do, by order of the control surface. */
import { ActionRefused } from "../kit/protocol.ts";
import type { SimulatedObject } from "../simulator.ts";
import { settlePayment } from "./confirm.ts";
import type { Context } from "./context.ts";
import { findIntent } from "./intents.ts";
import { findRefund, settleRefund } from "./refunds.ts";
import { findTransfer, reverseTransfer } from "./transfers.ts";

export type RefundAction = "succeed" | "fail" | "stall";

/** Ends a slow payment now. @throws ActionRefused when it is not being processed. */
export function settleNow(sim: Context, paymentIntentId: string): void {
  const { id, latest_charge: chargeId } = findIntent(sim, paymentIntentId);
  const charge = sim.state.charges.get(chargeId ?? "");
  const ending = charge && sim.takeEnd(charge.id);
  if (!ending) throw new ActionRefused(`PaymentIntent ${id} is not being processed.`);
  settlePayment(sim, charge, ending);
}

/** Ends a refund; `stall` leaves it pending for good. @throws ActionRefused in a status that does not allow it. */
export function actOnRefund(sim: Context, refundId: string, action: RefundAction): void {
  const refund = findRefund(sim, refundId);
  const open = refund.status === "pending";
  if (!open && !(action === "fail" && refund.status === "succeeded"))
    throw new ActionRefused(`Refund ${refund.id} is ${refund.status}.`);
  sim.takeEnd(refund.id);
  if (action !== "stall") settleRefund(sim, refund, action);
}

/** Takes back all that is left of a transfer. */
export function reverse(sim: Context, transferId: string): void {
  const request = { id: null, idempotencyKey: null };
  reverseTransfer(sim, findTransfer(sim, transferId), { amount: undefined, metadata: {}, request });
}

/** An object, shortly. Amounts are Stripe's own units. */
const shortly = (
  kind: SimulatedObject["kind"],
  { id, amount, currency }: { readonly id: string; readonly amount: number; readonly currency: string },
  status: string,
): SimulatedObject => ({ kind, id, status, value: amount, currency: currency.toUpperCase() });

/** Every payment, refund, transfer and dispute. */
export function objectsOf(sim: Context): SimulatedObject[] {
  const { intents, refunds, transfers, disputes } = sim.state;
  return [
    ...[...intents.values()].map((intent) => ({
      ...shortly("payment", intent, intent.status),
      page: sim.pageUrl(intent.client_secret),
    })),
    ...[...refunds.values()].map((refund) => shortly("refund", refund, refund.status)),
    ...[...transfers.values()].map((transfer) =>
      shortly("payout", transfer, transfer.reversed ? "reversed" : "paid"),
    ),
    ...[...disputes.values()].map((dispute) => shortly("dispute", dispute, dispute.status)),
  ];
}
