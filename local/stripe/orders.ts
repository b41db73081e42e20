/** What the provider's staff and the payers' banks do, by order of the control surface. */
import { ActionRefused } from "../channels/kit/protocol.ts";
import { settlePayment } from "./confirm.ts";
import type { Context } from "./context.ts";
import { findIntent } from "./intents.ts";
import { findRefund, settleRefund } from "./refunds.ts";
import type { Job } from "./schema.ts";
import { findTransfer, reverseTransfer } from "./transfers.ts";

export type RefundAction = "succeed" | "fail" | "stall";

/** An object, shortly. Amounts are Stripe's own units. */
export interface ObjectSummary {
  readonly kind: "payment" | "refund" | "payout" | "dispute";
  readonly id: string;
  readonly status: string;
  readonly amount: number;
  readonly currency: string;
  /** Where the payer approves or declines. */
  readonly page?: string;
}

/** Takes a job out of the future, so that it ends otherwise or now. */
function takeJob<K extends Job["kind"]>(
  sim: Context,
  kind: K,
  concerns: (job: Extract<Job, { kind: K }>) => boolean,
): Extract<Job, { kind: K }> | undefined {
  const isOfKind = (job: Job): job is Extract<Job, { kind: K }> => job.kind === kind;
  const found = [...sim.state.jobs.values()].filter(isOfKind).find(concerns);
  if (found) sim.state.jobs.delete(found.id);
  return found;
}

/** Ends a slow payment now. @throws ActionRefused when it is not being processed. */
export function settleNow(sim: Context, paymentIntentId: string): void {
  const { id, latest_charge: chargeId } = findIntent(sim, paymentIntentId);
  const job = takeJob(sim, "settle-payment", (known) => known.chargeId === chargeId);
  const charge = sim.state.charges.get(chargeId ?? "");
  if (!job || !charge) throw new ActionRefused(`PaymentIntent ${id} is not being processed.`);
  settlePayment(sim, charge, job.ending);
}

/** Ends a refund; `stall` leaves it pending for good. @throws ActionRefused in a status that does not allow it. */
export function actOnRefund(sim: Context, refundId: string, action: RefundAction): void {
  const refund = findRefund(sim, refundId);
  const open = refund.status === "pending";
  if (!open && !(action === "fail" && refund.status === "succeeded"))
    throw new ActionRefused(`Refund ${refund.id} is ${refund.status}.`);
  takeJob(sim, "settle-refund", (known) => known.refundId === refund.id);
  if (action !== "stall") settleRefund(sim, refund, action);
}

/** Takes back all that is left of a transfer. */
export function reverse(sim: Context, transferId: string): void {
  const request = { id: null, idempotencyKey: null };
  reverseTransfer(sim, findTransfer(sim, transferId), { amount: undefined, metadata: {}, request });
}

/** Every payment, refund, transfer and dispute. */
export function objectsOf(sim: Context): ObjectSummary[] {
  const { intents, refunds, transfers, disputes } = sim.state;
  return [
    ...[...intents.values()].map(({ id, status, amount, currency, client_secret }) => ({
      kind: "payment" as const,
      id,
      status,
      amount,
      currency,
      page: sim.pageUrl(`/pay/${client_secret}`),
    })),
    ...[...refunds.values()].map(({ id, status, amount, currency }) => ({
      kind: "refund" as const,
      id,
      status,
      amount,
      currency,
    })),
    ...[...transfers.values()].map(({ id, reversed, amount, currency }) => ({
      kind: "payout" as const,
      id,
      status: reversed ? "reversed" : "paid",
      amount,
      currency,
    })),
    ...[...disputes.values()].map(({ id, status, amount, currency }) => ({
      kind: "dispute" as const,
      id,
      status,
      amount,
      currency,
    })),
  ];
}
