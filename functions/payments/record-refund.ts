/**
 * Records a fact about a refund through a channel: its state, the held money and the payment's counters change in one
 * transaction. Money that was held goes to the channel once, comes back once, and is never both.
 */
import type { RefundFact } from "../../shared/channels/facts.ts";
import { clearingAccount, systemAccount, userAccount } from "../../shared/ledger/account.ts";
import type { PendingHold } from "../../shared/ledger/hold.ts";
import { capturedBy, holdTransferId, releasedBy } from "../../shared/ledger/holds.ts";
import { channelReturn, holdRelease, movement } from "../../shared/ledger/postings.ts";
import type { CallbackRef } from "../../shared/payments/fact.ts";
import { holdEnd, type Move, moveRecord, type Write } from "../../shared/payments/move-record.ts";
import type { Failure } from "../../shared/payments/payment.ts";
import { present } from "../../shared/payments/present.ts";
import {
  type ChannelRefund,
  foldRefund,
  isOpenRefund,
  nextRefundCheckOf,
  type RefundEffect,
  type RefundFactLine,
  refundFactIdOf,
  sameRefundState,
  withoutRefund,
} from "../../shared/payments/refund.ts";
import { toRefundFactItem } from "../../shared/payments/refund-codec.ts";
import { refundReplacement } from "../../shared/payments/refund-store.ts";
import { reference, replacement } from "../../shared/payments/store.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import { derivedId } from "../../shared/platform/ids.ts";
import type { Log } from "../../shared/platform/log.ts";
import { keys } from "../../shared/table/keys.ts";
import { NOT_EXISTS } from "../../shared/table/table.ts";
import type { PaymentDeps } from "./deps.ts";

/** A channel's statement as a line about our refund. */
export const observedRefund = (
  fact: RefundFact,
  observedAt: EpochMs,
  callback?: CallbackRef,
): RefundFactLine =>
  present({
    type: "observed" as const,
    channelRefundId: fact.channelRefundId,
    status: fact.status,
    rawStatus: fact.rawStatus,
    failure: fact.failure,
    amount: fact.amount,
    observedAt,
    occurredAt: fact.occurredAtMs,
    callback,
  });

type RefundMove = Move<ChannelRefund> & {
  readonly effect: RefundEffect;
  readonly alarm: Failure | undefined;
};
type Money = Pick<RefundMove, "money" | "writes">;

export type RecordRefundOptions = {
  /** Write the time of the next check even if nothing else changed: for the sweep. */
  readonly reschedule?: boolean;
  readonly log: Log;
};

export type RecordedRefund = {
  readonly refund: ChannelRefund;
  /** Whether this very fact moved it; another one, or the same before it, may have. */
  readonly isMoved: boolean;
};

/** @throws Error when it lost too many races: nothing was written, and the sweep comes back to it. */
export const recordRefundFact = async (
  deps: PaymentDeps,
  known: ChannelRefund,
  fact: RefundFactLine,
  options: RecordRefundOptions,
): Promise<ChannelRefund> => (await moveRefund(deps, known, fact, options)).refund;

/** As `recordRefundFact`, for who has to know whether they were first. */
export async function moveRefund(
  deps: PaymentDeps,
  known: ChannelRefund,
  fact: RefundFactLine,
  { reschedule = false, log }: RecordRefundOptions,
): Promise<RecordedRefund> {
  const move = await moveRecord<ChannelRefund, RefundMove>(deps, {
    subject: `the refund ${known.id}`,
    known,
    async reload() {
      const refund = await deps.refunds.get(known.paymentId, known.id);
      return refund?.to === "channel" ? refund : undefined;
    },
    decide: (before, now) => decide(deps, before, fact, now, reschedule),
  });
  report(deps, known, move, log);
  return { refund: move.after, isMoved: move.writes.some(({ role }) => role === "state") };
}

async function decide(
  deps: PaymentDeps,
  before: ChannelRefund,
  fact: RefundFactLine,
  now: EpochMs,
  reschedule: boolean,
): Promise<RefundMove> {
  const { refund: folded, effect, alarm } = foldRefund(before, fact, now);
  const factId = refundFactIdOf(before.id, fact);
  const after = isOpenRefund(folded)
    ? {
        ...folded,
        lastFactId: factId,
        ...(reschedule ? { nextCheckAt: nextRefundCheckOf(folded, now) } : {}),
      }
    : folded;
  const moved = await moneyOf(deps, after, effect, now);
  const writes: Write[] = [];
  const isMoved = !sameRefundState(before, after) || (reschedule && isOpenRefund(after));
  if (isMoved) {
    const told = effect === "settle" ? now : undefined;
    writes.push({ role: "state", operation: refundReplacement(before, after, told) });
  }
  if (after.channelRefundId !== undefined && before.channelRefundId === undefined) {
    const key = keys.channelRefund(after.channel, after.channelRefundId);
    const operation = reference(key, after.paymentId, { refundId: after.id });
    writes.push({ role: "reference", operation });
  }
  if (factId !== before.lastFactId) {
    const put = toRefundFactItem(before.paymentId, before.id, fact);
    writes.push({ role: "fact", operation: { put, condition: NOT_EXISTS } });
  }
  return {
    ...moved,
    effect,
    alarm,
    after: isMoved ? { ...after, version: before.version + 1 } : after,
    writes: [...writes, ...moved.writes],
  };
}

/** What is given back is free to be refunded again. */
async function countersBack({ payments }: PaymentDeps, refund: ChannelRefund): Promise<Write> {
  const payment = await payments.get(refund.paymentId);
  if (payment === undefined) throw new Error(`the refund ${refund.id} has no payment`);
  const operation = replacement(payment, withoutRefund(payment, refund.amount.value));
  return { role: "state", operation };
}

async function moneyOf(
  deps: PaymentDeps,
  refund: ChannelRefund,
  effect: RefundEffect,
  now: EpochMs,
): Promise<Money> {
  switch (effect) {
    case "settle":
      return settled(deps, refund, await deps.holds.pending(refund.holdId), now);
    case "release":
      return released(refund, await deps.holds.pending(refund.holdId), now, await countersBack(deps, refund));
    case "restore":
      return restored(deps, refund, now, await countersBack(deps, refund));
    case "none":
      return { writes: [] };
  }
}

const recordOf = (refund: ChannelRefund, kind: string, now: EpochMs) => ({
  kind,
  refundId: refund.id,
  paymentId: refund.paymentId,
  owner: refund.owner,
  from: refund.from,
  amount: refund.amount,
  channel: refund.channel,
  createdAt: now,
});

/** To the channel. Should the hold be gone, the channel has paid all the same: suspense stands in for it. */
function settled(
  { clearingShards }: PaymentDeps,
  refund: ChannelRefund,
  hold: PendingHold | undefined,
  now: EpochMs,
): Money {
  const transferId = derivedId("transfer", refund.id, "settle");
  return {
    money: {
      posting: channelReturn({
        transferId,
        memo: `refund:${refund.id}`,
        ...(hold === undefined ? {} : { hold }),
        standIn: systemAccount("suspense"),
        to: clearingAccount(refund.channel, transferId, clearingShards),
        amount: refund.amount,
      }),
      record: recordOf(refund, "refund", now),
    },
    writes: holdEnd(hold, capturedBy, transferId),
  };
}

function released(
  refund: ChannelRefund,
  hold: PendingHold | undefined,
  now: EpochMs,
  counters: Write,
): Money {
  if (hold === undefined) return { writes: [counters] };
  const transferId = holdTransferId(hold.id, "release");
  return {
    money: {
      posting: holdRelease({ transferId, hold, memo: `refund:${refund.id}` }),
      record: { ...recordOf(refund, "hold-release", now), holdId: hold.id, reason: "released" },
    },
    writes: [counters, ...holdEnd(hold, releasedBy, transferId)],
  };
}

/** It had been given to the channel, which could not deliver it: it is its giver's again. */
function restored(
  { clearingShards }: PaymentDeps,
  refund: ChannelRefund,
  now: EpochMs,
  counters: Write,
): Money {
  const transferId = derivedId("transfer", refund.id, "restore");
  return {
    money: {
      posting: movement({
        transferId,
        memo: `refund:${refund.id}`,
        from: clearingAccount(refund.channel, transferId, clearingShards),
        to: userAccount(refund.from),
        amount: refund.amount,
        countOutflow: false,
      }),
      record: recordOf(refund, "refund-return", now),
    },
    writes: [counters],
  };
}

function report(
  { platform: { metrics } }: PaymentDeps,
  before: ChannelRefund,
  { after, effect, alarm }: RefundMove,
  log: Log,
): void {
  const subject = { paymentId: after.paymentId, refundId: after.id, status: after.status };
  if (effect === "settle") metrics.count("RefundsSucceeded");
  const isWaiting = after.status === "needs_attention" && before.status !== "needs_attention";
  if (alarm !== undefined || isWaiting) {
    // A person has to act at the provider: an alarm stands on the metric.
    metrics.count("RefundsNeedingAttention");
    log.error("refund-needs-attention", new Error(alarm?.message ?? "a refund waits for a person"), {
      ...subject,
      failure: (alarm ?? after.failure)?.code,
    });
  } else if (after.status !== before.status) {
    log.info("refund-moved", { ...subject, effect, failure: after.failure?.code });
  }
}
