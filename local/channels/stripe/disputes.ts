/** Disputes: opened and decided by the payer's bank, which the control surface plays. */
import { ActionRefused } from "../kit/protocol.ts";
import { addBalanceTransaction } from "./charges.ts";
import type { Context } from "./context.ts";
import type { Dispute } from "./dispute-schema.ts";
import { noSuch, unexpectedState } from "./errors.ts";
import { findIntent } from "./intents.ts";
import type { Charge } from "./schema.ts";

/** What Stripe takes for a dispute, in the smallest units of the charge's currency; kept when it is won. */
export const DISPUTE_FEE = 1500;

const ANSWER_WITHIN_SECONDS = 7 * 86_400;

export type DisputeAction = "open" | "win" | "lose";

/** The dispute with that id, or 404. */
export function findDispute(sim: Context, id: string): Dispute {
  const dispute = sim.state.disputes.get(id);
  if (!dispute) throw noSuch("dispute", id, "dispute");
  return dispute;
}

const bank = { id: null, idempotencyKey: null };

/** Moves a dispute's money and keeps the line with the dispute. */
function move(sim: Context, dispute: Dispute, amount: number): void {
  const id = addBalanceTransaction(sim, {
    amount,
    currency: dispute.currency,
    description: `Chargeback for ${dispute.charge}`,
    source: dispute.id,
    type: "adjustment",
    reporting_category: amount < 0 ? "dispute" : "dispute_reversal",
    fee: amount < 0 ? DISPUTE_FEE : 0,
  });
  const line = sim.state.balanceTransactions.get(id);
  if (line) dispute.balance_transactions.push(line);
}

function openDispute(sim: Context, charge: Charge): void {
  const created = sim.nowSeconds();
  const dispute: Dispute = {
    id: sim.newId("dp"),
    object: "dispute",
    amount: charge.amount_captured - charge.amount_refunded,
    balance_transactions: [],
    charge: charge.id,
    created,
    currency: charge.currency,
    evidence_details: {
      due_by: created + ANSWER_WITHIN_SECONDS,
      has_evidence: false,
      past_due: false,
      submission_count: 0,
    },
    is_charge_refundable: false,
    livemode: false,
    metadata: {},
    payment_intent: charge.payment_intent,
    reason: "fraudulent",
    status: "needs_response",
  };
  charge.disputed = true;
  sim.state.disputes.set(dispute.id, dispute);
  move(sim, dispute, -dispute.amount);
  sim.emit("charge.dispute.created", dispute, bank);
  sim.emit("charge.dispute.funds_withdrawn", dispute, bank);
}

function decide(sim: Context, dispute: Dispute, status: "won" | "lost"): void {
  dispute.status = status;
  dispute.evidence_details.due_by = null;
  if (status === "won") {
    move(sim, dispute, dispute.amount);
    sim.emit("charge.dispute.funds_reinstated", dispute, bank);
  }
  sim.emit("charge.dispute.closed", dispute, bank);
}

/** Does what a bank does about a payment. @throws ActionRefused or StripeFailure when the payment or its dispute is not in the state for it. */
export function actOnDispute(sim: Context, paymentIntentId: string, action: DisputeAction): void {
  const intent = findIntent(sim, paymentIntentId);
  const charge = sim.state.charges.get(intent.latest_charge ?? "");
  if (intent.status !== "succeeded" || !charge) throw unexpectedState(intent, "dispute", ["succeeded"]);
  const known = [...sim.state.disputes.values()].filter(({ charge: id }) => id === charge.id).at(-1);
  if (action === "open") {
    if (known) throw new ActionRefused(`Charge ${charge.id} has been disputed already.`);
    openDispute(sim, charge);
  } else {
    if (known?.status !== "needs_response")
      throw new ActionRefused(`Charge ${charge.id} has no open dispute.`);
    decide(sim, known, action === "win" ? "won" : "lost");
  }
}
