/**
 * Records a fact about a payment: appended to its history, folded into its state and, when money arrived, entered in
 * the ledger, all in one transaction under the condition that the payment is still what was read. So no money is
 * credited without the payment having succeeded, and none twice. This is the only code that ends a payment.
 */
import type { ClientAction } from "../../shared/channels/channel.ts";
import type { CommitOutcome } from "../../shared/ledger/store.ts";
import { type Effect, type Fact, factIdOf, fold, sameState } from "../../shared/payments/fold.ts";
import { isOpen, nextCheckOf, type Payment } from "../../shared/payments/payment.ts";
import { channelReference, factAppend, type PaymentEvent, replacement } from "../../shared/payments/store.ts";
import { fullJitterMs } from "../../shared/platform/backoff.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import type { Log } from "../../shared/platform/log.ts";
import { secret } from "../../shared/platform/redacted.ts";
import type { PutOperation } from "../../shared/table/table.ts";
import type { PaymentDeps } from "./deps.ts";
import { receivedMoney, suspenseCommit, topUpCommit } from "./ledger-commits.ts";

export type RecordDeps = Pick<PaymentDeps, "table" | "payments" | "ledger" | "platform" | "clearingShards">;

export type RecordOptions = {
  /** Write the time of the next check even if nothing else changed: for the sweep. */
  readonly reschedule?: boolean;
  /** What the payer's app needs, when the fact is the answer to a create. */
  readonly action?: ClientAction;
  readonly log: Log;
};

const ATTEMPTS = 10;

/** A fold about to be written. */
type Move = {
  readonly before: Payment;
  readonly after: Payment;
  readonly fact: Fact;
  readonly effect: Effect;
  readonly now: EpochMs;
};

/** The writes beside the ledger's, each with what its condition is about. */
type Write = { readonly role: "payment" | "reference" | "fact"; readonly put: PutOperation };

/** `raced`: read again. `fact-known`: it is in the history already, so leave it out. */
type Written = "written" | "raced" | "fact-known";

/**
 * @param known the payment if it was just read; a stale one only costs another try.
 * @returns the payment afterwards.
 * @throws Error when it lost too many races, when the channel's id belongs to another payment, or when the ledger
 * does not know the owner: nothing was written, and the caller's retry or the sweep comes back to it.
 */
export async function recordFact(
  deps: RecordDeps,
  known: Payment,
  fact: Fact,
  options: RecordOptions,
): Promise<Payment> {
  let before = known;
  let factKnown = false;
  for (let tries = 1; tries <= ATTEMPTS; tries += 1) {
    const now = deps.platform.clock.now();
    const { payment, effect } = fold(before, fact, now);
    const move: Move = { before, after: prepare(payment, fact, now, options), fact, effect, now };
    const writes = writesOf(move, options).filter(({ role }) => role !== "fact" || !factKnown);
    const written = await write(deps, move, writes, options.log);
    if (written === "written") {
      const moved = writes.some(({ role }) => role === "payment");
      return { ...move.after, version: before.version + (moved ? 1 : 0) };
    }
    factKnown ||= written === "fact-known";
    if (tries > 1) await deps.platform.timer.sleep(fullJitterMs(tries, deps.platform.random));
    const again = await deps.payments.get(known.id);
    if (again === undefined) throw new Error(`the payment ${known.id} disappeared while it was moved`);
    before = again;
  }
  throw new Error(`the payment ${known.id} was moved by others too often in a row`);
}

function prepare(payment: Payment, fact: Fact, now: EpochMs, { action, reschedule }: RecordOptions): Payment {
  if (!isOpen(payment)) return payment;
  return {
    ...payment,
    ...(action === undefined ? {} : { action: secret(action) }),
    ...(reschedule === true ? { nextCheckAt: nextCheckOf(payment, now) } : {}),
    lastFactId: factIdOf(fact),
  };
}

function eventOf({ before, after, effect }: Move): PaymentEvent | undefined {
  if (effect === "credit") return "payment.succeeded";
  if (effect === "ended" || (effect === "suspense" && isOpen(before) && !isOpen(after)))
    return "payment.failed";
  return after.channelPaymentId !== undefined && before.channelPaymentId === undefined
    ? "payment.submitted"
    : undefined;
}

/**
 * Which items change. A callback that tells nothing new writes its line of history alone: 1 write unit instead of a
 * transaction over the payment and its two indexes.
 */
function writesOf(move: Move, { reschedule }: RecordOptions): Write[] {
  const { before, after, fact, now } = move;
  const writes: Write[] = [];
  if (!sameState(before, after) || (reschedule === true && isOpen(after))) {
    const type = eventOf(move);
    const event = type === undefined ? undefined : { type, at: now };
    writes.push({ role: "payment", put: replacement(before, after, event) });
  }
  const { channelPaymentId } = after;
  if (before.channelPaymentId === undefined && channelPaymentId !== undefined) {
    writes.push({ role: "reference", put: channelReference({ ...after, channelPaymentId }) });
  }
  if (factIdOf(fact) !== before.lastFactId) writes.push({ role: "fact", put: factAppend(before.id, fact) });
  return writes;
}

async function write(deps: RecordDeps, move: Move, writes: readonly Write[], log: Log): Promise<Written> {
  const { platform, ledger, clearingShards } = deps;
  const { after, fact, effect, now } = move;
  const parts = { clearingShards, now, also: writes.map(({ put }) => put) };
  const received = effect === "suspense" && fact.type === "observed" ? receivedMoney(fact) : undefined;
  const request =
    effect === "credit"
      ? topUpCommit(after, parts)
      : received !== undefined && fact.type === "observed"
        ? suspenseCommit(after, fact, received, parts)
        : undefined;
  const written =
    request === undefined
      ? await writeAlone(deps, move, writes)
      : afterCommit(await ledger.commit(request), move, writes);
  if (written === "written") report(platform, move, log);
  return written;
}

/** Metrics and log of what was written. */
function report({ metrics }: RecordDeps["platform"], { after, fact, effect }: Move, log: Log): void {
  const subject = { paymentId: after.id, channelPaymentId: after.channelPaymentId };
  if (effect === "credit") {
    metrics.count("PaymentsSucceeded");
    log.info("payment-succeeded", subject);
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

/** Writes without the ledger. */
async function writeAlone({ table }: RecordDeps, move: Move, writes: readonly Write[]): Promise<Written> {
  const [first, ...more] = writes;
  if (first === undefined) return "written";
  if (more.length === 0 && first.role === "fact") {
    // A refused condition means that it is in the history already.
    await table.put(first.put);
    return "written";
  }
  const written = await table.transact(writes.map(({ put }) => put));
  if (written.ok) return "written";
  const reasons = written.error;
  return refused(
    move,
    writes.filter((_, index) => reasons[index]?.code === "condition"),
  );
}

function afterCommit(outcome: CommitOutcome, move: Move, writes: readonly Write[]): Written {
  switch (outcome.outcome) {
    case "committed":
      return "written";
    case "exists":
      // Entered before, in the transaction that moved the payment. A second payment at the channel moves nothing.
      return writes.some(({ role }) => role === "payment") ? "raced" : "written";
    case "condition-refused":
      return refused(
        move,
        writes.filter((_, index) => index === outcome.index),
      );
    case "busy":
      return "raced";
    case "no-such-account":
      throw new Error(`the ledger knows no owner of the payment ${move.after.id}`);
    case "refused":
      throw new Error(`the ledger refused a payment's money: ${outcome.refusal.code}`);
  }
}

/** What refused conditions mean. The payment's comes first: the others were tried against a state that is past. */
function refused({ after }: Move, writes: readonly Write[]): Written {
  if (writes.length === 0 || writes.some(({ role }) => role === "payment")) return "raced";
  if (writes.some(({ role }) => role === "reference")) {
    throw new Error(`${after.channelPaymentId} belongs to another payment than ${after.id}`);
  }
  return "fact-known";
}
