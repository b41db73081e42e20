/**
 * Records what a channel says about a dispute. When it is opened, what is there of the contested money is held on the
 * account of who has it. Lost, it goes to the channel; what is missing comes from suspense, and the account is frozen
 * until people have looked at it. Won, it is free again.
 */
import { changeAccess } from "../../shared/accounts/change-access.ts";
import type { DisputeFact } from "../../shared/channels/facts.ts";
import { freeze } from "../../shared/ledger/access.ts";
import { userAccount } from "../../shared/ledger/account.ts";
import {
  contestedOf,
  type Dispute,
  type DisputeEffect,
  type DisputeFactLine,
  disputeHoldId,
  disputeIdOf,
  foldDispute,
  isOpenDispute,
  nextDisputeCheckOf,
  type OpenDispute,
  shownDispute,
} from "../../shared/payments/dispute.ts";
import { disputeFactIdOf, toDisputeFactItem } from "../../shared/payments/dispute-codec.ts";
import { disputeCreation, disputeReplacement } from "../../shared/payments/dispute-store.ts";
import type { CallbackRef } from "../../shared/payments/fact.ts";
import { type Move, moveRecord, type Write } from "../../shared/payments/move-record.ts";
import {
  type ChannelPayment,
  channelAmountOf,
  isChannelPayment,
  landingOf,
} from "../../shared/payments/payment.ts";
import { present } from "../../shared/payments/present.ts";
import { reference, replacement } from "../../shared/payments/store.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import type { Log } from "../../shared/platform/log.ts";
import { keys } from "../../shared/table/keys.ts";
import { NOT_EXISTS } from "../../shared/table/table.ts";
import type { PaymentDeps } from "./deps.ts";
import { heldFor, lost, shortfallOf, won } from "./dispute-money.ts";

/** A channel's statement as a line about the dispute. */
export const observedDispute = (
  fact: DisputeFact,
  observedAt: EpochMs,
  callback?: CallbackRef,
): DisputeFactLine =>
  present({
    type: "observed" as const,
    status: fact.status,
    rawStatus: fact.rawStatus,
    reason: fact.reason,
    amount: fact.amount,
    observedAt,
    occurredAt: fact.occurredAtMs,
    callback,
  });

export const SHORTFALL = "dispute-shortfall";

/**
 * Whoever repeats it after a crash comes to the same end: each step is a transaction of its own that happens once.
 * @throws Error when it lost too many races: the callback's repetition or the sweep comes back to it.
 */
export async function recordDispute(
  deps: PaymentDeps,
  payment: ChannelPayment,
  channelDisputeId: string,
  fact: DisputeFactLine,
  log: Log,
): Promise<void> {
  const id = disputeIdOf(payment.channel, channelDisputeId);
  const known = await deps.disputes.get(payment.id, id);
  const dispute = known ?? (await openDispute(deps, payment, channelDisputeId, fact, log));
  if (fact.status === "lost" && dispute.status !== "lost") await freezeForShortfall(deps, dispute, log);
  await moveDispute(deps, dispute, fact, log);
}

const factWrite = (dispute: Dispute, fact: DisputeFactLine): Write => ({
  role: "fact",
  operation: { put: toDisputeFactItem(dispute.paymentId, dispute.id, fact), condition: NOT_EXISTS },
});

/** Minor units that could be held of it now; one read. */
async function holdable({ ledger }: PaymentDeps, dispute: OpenDispute): Promise<number> {
  if (dispute.from === undefined) return 0;
  const chain = { account: userAccount(dispute.from), currency: dispute.amount.currency };
  const available = (await ledger.head(chain))?.state.available ?? 0;
  return Math.min(Math.max(0, available), dispute.amount.value);
}

function newDispute(
  payment: ChannelPayment,
  channelDisputeId: string,
  fact: DisputeFactLine,
  now: EpochMs,
): OpenDispute {
  const landing = landingOf(payment);
  return present({
    id: disputeIdOf(payment.channel, channelDisputeId),
    status: "open" as const,
    paymentId: payment.id,
    owner: payment.owner,
    from: landing?.beneficiary,
    channel: payment.channel,
    channelDisputeId,
    amount: contestedOf(fact.amount, channelAmountOf(payment)),
    held: 0,
    reason: fact.reason,
    observedAt: fact.observedAt,
    nextCheckAt: nextDisputeCheckOf(now),
    createdAt: now,
    updatedAt: now,
    correlationId: payment.correlationId,
    version: 1,
  });
}

/** The dispute's first record, with what could be held: one transaction with the payment. */
async function openDispute(
  deps: PaymentDeps,
  known: ChannelPayment,
  channelDisputeId: string,
  fact: DisputeFactLine,
  log: Log,
): Promise<Dispute> {
  let opened: Dispute | undefined;
  let isNew = false;
  await moveRecord<ChannelPayment, Move<ChannelPayment>>(deps, {
    subject: `the payment ${known.id}`,
    known,
    async reload() {
      const payment = await deps.payments.get(known.id);
      return payment === undefined || !isChannelPayment(payment) ? undefined : payment;
    },
    async decide(payment, now) {
      const fresh = newDispute(payment, channelDisputeId, fact, now);
      opened = await deps.disputes.get(payment.id, fresh.id);
      isNew = opened === undefined;
      if (opened !== undefined) return { after: payment, writes: [] };
      const held = await holdable(deps, fresh);
      const dispute: OpenDispute = held === 0 ? fresh : { ...fresh, held, holdId: disputeHoldId(fresh.id) };
      opened = dispute;
      const after = { ...payment, dispute: shownDispute(payment.dispute, "open") };
      const key = keys.channelDispute(payment.channel, channelDisputeId);
      const hold = heldFor(dispute, now);
      return {
        after,
        writes: [
          { role: "state", operation: disputeCreation(dispute, now) },
          { role: "state", operation: replacement(payment, after) },
          { role: "reference", operation: reference(key, payment.id, { disputeId: dispute.id }) },
          factWrite(dispute, { ...fact, status: "open" }),
          ...(hold?.writes ?? []),
        ],
        ...(hold === undefined ? {} : { money: hold.money }),
      };
    },
  });
  if (opened === undefined) throw new Error(`a dispute of ${known.id} is and is not there`);
  if (isNew) {
    deps.platform.metrics.count("DisputesOpened");
    log.warn("dispute-opened", { paymentId: known.id, disputeId: opened.id, held: opened.held });
  }
  return opened;
}

/**
 * Before the loss is recorded, so that a process that ends in between leaves a frozen account and a dispute that is
 * asked about again, and never a loss without a freeze.
 */
async function freezeForShortfall(deps: PaymentDeps, dispute: Dispute, log: Log): Promise<void> {
  const { from, id, correlationId } = dispute;
  if (from === undefined || shortfallOf(dispute, await deps.holds.pending(dispute.holdId)) === 0) return;
  const changed = await changeAccess(deps, from, {
    change: (access) => freeze(access, SHORTFALL),
    memo: `freeze:${SHORTFALL}`,
    event: { type: "account.frozen", correlationId },
  });
  if (!changed.ok)
    throw new Error(`the account of the dispute ${id} could not be frozen: ${changed.error.code}`);
  log.warn("account-frozen-for-dispute", { accountId: from, disputeId: id });
}

type DisputeMove = Move<Dispute> & { readonly effect: DisputeEffect; readonly shortfall: number };

async function moveDispute(
  deps: PaymentDeps,
  known: Dispute,
  fact: DisputeFactLine,
  log: Log,
): Promise<void> {
  const move = await moveRecord<Dispute, DisputeMove>(deps, {
    subject: `the dispute ${known.id}`,
    known,
    reload: () => deps.disputes.get(known.paymentId, known.id),
    decide: (before, now) => decide(deps, before, fact, now),
  });
  if (move.effect === "none") return;
  const fields = { paymentId: known.paymentId, disputeId: known.id, status: move.after.status };
  log.info("dispute-decided", fields);
  if (move.shortfall > 0) {
    deps.platform.metrics.count("SuspenseAmount", move.shortfall);
    log.error(SHORTFALL, new Error("a lost dispute was not covered"), {
      ...fields,
      shortfall: move.shortfall,
    });
  }
}

async function decide(
  deps: PaymentDeps,
  before: Dispute,
  fact: DisputeFactLine,
  now: EpochMs,
): Promise<DisputeMove> {
  const { dispute: after, effect } = foldDispute(before, fact, now);
  const factId = disputeFactIdOf(before.id, fact);
  if (effect === "none") {
    // Looked at again in a day; a line of history for what is new.
    const asked = isOpenDispute(after)
      ? { ...after, nextCheckAt: nextDisputeCheckOf(now), lastFactId: factId }
      : after;
    const isDue = isOpenDispute(before) && before.nextCheckAt <= now;
    const writes: Write[] = isDue ? [{ role: "state", operation: disputeReplacement(before, asked) }] : [];
    if (factId !== before.lastFactId) writes.push(factWrite(before, fact));
    return { after: asked, effect, shortfall: 0, writes };
  }
  const hold = await deps.holds.pending(before.holdId);
  const payment = await deps.payments.get(before.paymentId);
  if (payment === undefined) throw new Error(`the dispute ${before.id} has no payment`);
  const shown = { ...payment, dispute: shownDispute(payment.dispute, after.status) };
  const moved = effect === "settle" ? lost(deps.clearingShards, after, hold, now) : won(after, hold, now);
  return {
    after,
    effect,
    shortfall: effect === "settle" ? shortfallOf(after, hold) : 0,
    writes: [
      { role: "state", operation: disputeReplacement(before, after, now) },
      { role: "state", operation: replacement(payment, shown) },
      factWrite(before, fact),
      ...(moved?.writes ?? []),
    ],
    ...(moved === undefined ? {} : { money: moved.money }),
  };
}
