/**
 * Records a fact about a payment: appended to its history, folded into its state and, when money arrived, entered in
 * the ledger, all in one transaction under the condition that the payment is still what was read. So no money is
 * credited without the payment having succeeded, and none twice. This is the only code that ends a payment.
 */
import type { ClientAction } from "../../shared/channels/facts.ts";
import type { PendingHold } from "../../shared/ledger/hold.ts";
import { type Fact, factIdOf } from "../../shared/payments/fact.ts";
import { type Effect, fold, sameState } from "../../shared/payments/fold.ts";
import { type Move, moveRecord, type Write } from "../../shared/payments/move-record.ts";
import { type ChannelPayment, isChannelPayment, isOpen, nextCheckOf } from "../../shared/payments/payment.ts";
import { factAppend, type PaymentEvent, reference, replacement } from "../../shared/payments/store.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import type { Log } from "../../shared/platform/log.ts";
import { secret } from "../../shared/platform/redacted.ts";
import { keys } from "../../shared/table/keys.ts";
import type { PaymentDeps } from "./deps.ts";
import { moneyOf } from "./payment-money.ts";

export type RecordOptions = {
  /** Write the time of the next check even if nothing else changed: for the sweep. */
  readonly reschedule?: boolean;
  /** What the payer's app needs, when the fact is the answer to a create. */
  readonly action?: ClientAction;
  readonly log: Log;
};

/** A fold about to be written. */
export type FactMove = Move<ChannelPayment> & {
  readonly before: ChannelPayment;
  readonly fact: Fact;
  readonly effect: Effect;
};

/**
 * @param known the payment if it was just read; a stale one only costs another try.
 * @returns the payment afterwards.
 * @throws Error when it lost too many races, when the channel's id belongs to another payment, or when the ledger
 * does not know the owner: nothing was written, and the caller's retry or the sweep comes back to it.
 */
export const recordFact = async (
  deps: PaymentDeps,
  known: ChannelPayment,
  fact: Fact,
  options: RecordOptions,
): Promise<ChannelPayment> => (await recordMove(deps, known, fact, options)).after;

/** The same, for whoever has to know what the payment was when the fact was written. */
export async function recordMove(
  deps: PaymentDeps,
  known: ChannelPayment,
  fact: Fact,
  options: RecordOptions,
): Promise<FactMove> {
  const move = await moveRecord<ChannelPayment, FactMove>(deps, {
    subject: `the payment ${known.id}`,
    known,
    async reload() {
      const payment = await deps.payments.get(known.id);
      return payment === undefined || !isChannelPayment(payment) ? undefined : payment;
    },
    decide: (before, now) => decide(deps, before, fact, now, options),
  });
  report(deps, move, options.log);
  return move;
}

async function decide(
  deps: PaymentDeps,
  before: ChannelPayment,
  fact: Fact,
  now: EpochMs,
  options: RecordOptions,
): Promise<FactMove> {
  const { payment, effect } = fold(before, fact, now);
  const hold =
    effect === "none" || payment.status === before.status ? undefined : await holdOf(deps, payment);
  const after = prepare(withoutLostHold(payment, hold), fact, now, options);
  const moved = moneyOf(after, fact, effect, { clearingShards: deps.clearingShards, now, hold });
  const writes = writesOf(before, after, fact, { effect, now, reschedule: options.reschedule === true });
  const isMoved = writes.some(({ role }) => role === "state");
  return {
    before,
    fact,
    effect,
    after: isMoved ? { ...after, version: before.version + 1 } : after,
    writes: [...writes, ...(moved?.writes ?? [])],
    ...(moved === undefined ? {} : { money: moved.money }),
  };
}

/** What the payer keeps for it, while it is there: one read, and only where there was one. */
const holdOf = ({ holds }: PaymentDeps, payment: ChannelPayment): Promise<PendingHold | undefined> =>
  holds.pending(payment.kind === "payment" ? payment.holdId : undefined);

/** Without the payer's part the payee cannot be paid in full, so what came through the channel is the payer's. */
const withoutLostHold = (payment: ChannelPayment, hold: PendingHold | undefined): ChannelPayment =>
  payment.kind === "payment" &&
  payment.status === "succeeded" &&
  payment.landed === "payee" &&
  payment.holdId !== undefined &&
  hold === undefined
    ? { ...payment, landed: "payer" }
    : payment;

function prepare(
  payment: ChannelPayment,
  fact: Fact,
  now: EpochMs,
  { action, reschedule }: RecordOptions,
): ChannelPayment {
  if (!isOpen(payment)) return payment;
  return {
    ...payment,
    ...(action === undefined || payment.cancelling === true ? {} : { action: secret(action) }),
    ...(reschedule === true ? { nextCheckAt: nextCheckOf(payment, now) } : {}),
    lastFactId: factIdOf(fact),
  };
}

function eventOf(before: ChannelPayment, after: ChannelPayment, effect: Effect): PaymentEvent | undefined {
  if (effect === "ended" || (effect === "suspense" && isOpen(before) && !isOpen(after)))
    return "payment.failed";
  // First of all it can be found now; its end is counted by whoever follows that up.
  if (after.channelPaymentId !== undefined && before.channelPaymentId === undefined)
    return "payment.submitted";
  return effect === "credit" ? "payment.settled" : undefined;
}

/**
 * Which items change. A callback that tells nothing new writes its line of history alone: 1 write unit instead of a
 * transaction over the payment and its two indexes.
 */
function writesOf(
  before: ChannelPayment,
  after: ChannelPayment,
  fact: Fact,
  {
    effect,
    now,
    reschedule,
  }: { readonly effect: Effect; readonly now: EpochMs; readonly reschedule: boolean },
): Write[] {
  const writes: Write[] = [];
  if (!sameState(before, after) || (reschedule && isOpen(after))) {
    const type = eventOf(before, after, effect);
    const event = type === undefined ? undefined : { type, at: now };
    writes.push({ role: "state", operation: replacement(before, after, event) });
  }
  const { id, channel, channelPaymentId, transactionId } = after;
  if (before.channelPaymentId === undefined && channelPaymentId !== undefined) {
    const key = keys.channelPayment(channel, channelPaymentId);
    writes.push({ role: "reference", operation: reference(key, id) });
  }
  if (transactionId !== undefined && before.transactionId !== transactionId) {
    const key = keys.channelTransaction(channel, transactionId);
    writes.push({ role: "reference", operation: reference(key, id) });
  }
  if (factIdOf(fact) !== before.lastFactId) writes.push({ role: "fact", operation: factAppend(id, fact) });
  return writes;
}

/** Metrics and log of what was written. */
function report({ platform: { metrics } }: PaymentDeps, { after, fact, effect }: FactMove, log: Log): void {
  const subject = { paymentId: after.id, channelPaymentId: after.channelPaymentId };
  if (effect === "credit") {
    metrics.count("PaymentsSucceeded");
    log.info("payment-succeeded", {
      ...subject,
      landed: after.kind === "payment" ? after.landed : "payer",
    });
  } else if (effect === "ended") {
    metrics.count("PaymentsFailed");
    log.info("payment-ended", { ...subject, status: after.status, failure: after.lastFailure?.code });
  } else if (effect === "suspense" && fact.type === "observed") {
    // Someone has to look at it: an alarm stands on the metric.
    metrics.count("SuspenseAmount", Math.max(1, fact.amount.value));
    log.error("payment-in-suspense", new Error("the channel took another payment than was asked for"), {
      ...subject,
      takenAs: fact.channelPaymentId,
      expected: after.amount,
      received: fact.amount,
    });
  }
}
