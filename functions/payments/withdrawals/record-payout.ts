/**
 * Records a fact about a payout: its state and the held money change in one transaction. What was held goes to the
 * channel once, or back once; what went to the channel comes back at most once.
 */
import type { ClientAction } from "../../../shared/channels/facts.ts";
import { clearingAccount, systemAccount, userAccount } from "../../../shared/ledger/account.ts";
import type { PendingHold } from "../../../shared/ledger/hold.ts";
import { capturedBy, holdTransferId, releasedBy } from "../../../shared/ledger/holds.ts";
import { channelReturn, holdRelease, movement } from "../../../shared/ledger/postings.ts";
import { holdEnd, type Move, moveRecord, type Write } from "../../../shared/payments/move-record.ts";
import type { Failure } from "../../../shared/payments/payment.ts";
import { toPayoutFactItem } from "../../../shared/payouts/codec.ts";
import { type PayoutFactLine, payoutFactIdOf } from "../../../shared/payouts/fact.ts";
import { foldPayout, type PayoutEffect, samePayoutState } from "../../../shared/payouts/fold.ts";
import {
  isOpenPayout,
  nextPayoutCheckOf,
  nextWatchOf,
  type Payout,
  returnTransferId,
  settleTransferId,
  watchedAgain,
} from "../../../shared/payouts/payout.ts";
import { type PayoutEvent, payoutReference, payoutReplacement } from "../../../shared/payouts/store.ts";
import type { EpochMs } from "../../../shared/platform/clock.ts";
import type { Log } from "../../../shared/platform/log.ts";
import { secret } from "../../../shared/platform/redacted.ts";
import { keys } from "../../../shared/table/keys.ts";
import { NOT_EXISTS } from "../../../shared/table/table.ts";
import type { PaymentDeps } from "../deps.ts";

type PayoutMove = Move<Payout> & {
  readonly effect: PayoutEffect;
  readonly alarm: Failure | undefined;
  /** Money was paid that no hold kept any more. */
  readonly isShort: boolean;
};
type MovedMoney = Pick<PayoutMove, "money" | "writes"> & { readonly isShort?: true };

export type RecordPayoutOptions = {
  /** What the recipient's app needs, when the answer brought it. */
  readonly action?: ClientAction | undefined;
  /** Write the time of the next check even if nothing else changed: for the sweep. */
  readonly reschedule?: boolean;
  readonly log: Log;
};

export type RecordedPayout = {
  readonly payout: Payout;
  /** Whether this very fact moved it; another one, or the same before it, may have. */
  readonly isMoved: boolean;
};

/** @throws Error when it lost too many races: nothing was written, and the sweep comes back to it. */
export const recordPayoutFact = async (
  deps: PaymentDeps,
  known: Payout,
  fact: PayoutFactLine,
  options: RecordPayoutOptions,
): Promise<Payout> => (await movePayout(deps, known, fact, options)).payout;

/** As `recordPayoutFact`, for who has to know whether they were first. */
export async function movePayout(
  deps: PaymentDeps,
  known: Payout,
  fact: PayoutFactLine,
  { log, ...options }: RecordPayoutOptions,
): Promise<RecordedPayout> {
  const move = await moveRecord<Payout, PayoutMove>(deps, {
    subject: `the withdrawal ${known.id}`,
    known,
    reload: () => deps.payouts.get(known.id),
    decide: (before, now) => decide(deps, before, fact, now, options),
  });
  report(deps, known, move, log);
  return { payout: move.after, isMoved: move.writes.some(({ role }) => role === "state") };
}

async function decide(
  deps: PaymentDeps,
  before: Payout,
  fact: PayoutFactLine,
  now: EpochMs,
  { action, reschedule = false }: Omit<RecordPayoutOptions, "log">,
): Promise<PayoutMove> {
  const { payout: folded, effect, alarm } = foldPayout(before, fact, now);
  const factId = payoutFactIdOf(before.id, fact);
  const noted: Payout =
    isOpenPayout(folded) && action !== undefined ? { ...folded, action: secret(action) } : folded;
  const after: Payout = { ...(reschedule ? rescheduled(noted, now) : noted), lastFactId: factId };
  const { isShort = false, ...moved } = await moneyOf(deps, after, effect, now);
  const writes: Write[] = [];
  const isMoved =
    !samePayoutState(before, after) ||
    (reschedule && (isOpenPayout(after) || before.nextCheckAt !== undefined));
  if (isMoved) {
    const told = eventOf(before, after);
    const event = told === undefined ? undefined : { type: told, at: now };
    writes.push({ role: "state", operation: payoutReplacement(before, after, event) });
  }
  if (after.channelPayoutId !== undefined && before.channelPayoutId === undefined) {
    const key = keys.channelPayout(after.channel, after.channelPayoutId);
    writes.push({ role: "reference", operation: payoutReference(key, after.id) });
  }
  if (factId !== before.lastFactId) {
    const put = toPayoutFactItem(before.id, fact);
    writes.push({ role: "fact", operation: { put, condition: NOT_EXISTS } });
  }
  return {
    ...moved,
    effect,
    alarm,
    isShort,
    after: isMoved ? { ...after, version: before.version + 1 } : after,
    writes: [...writes, ...moved.writes],
  };
}

const rescheduled = (payout: Payout, now: EpochMs): Payout =>
  isOpenPayout(payout)
    ? { ...payout, nextCheckAt: nextPayoutCheckOf(payout, now) }
    : watchedAgain(payout, nextWatchOf(payout, now));

function eventOf(before: Payout, { status, cancelling }: Payout): PayoutEvent | undefined {
  if (status === before.status) return undefined;
  switch (status) {
    case "succeeded":
    case "returned":
      return `withdrawal.${status}`;
    case "failed":
    case "cancelled":
      return "withdrawal.failed";
    case "requires_action":
      return cancelling === true ? undefined : "withdrawal.action-required";
    case "created":
    case "processing":
      return undefined;
  }
}

async function moneyOf(
  deps: PaymentDeps,
  payout: Payout,
  effect: PayoutEffect,
  now: EpochMs,
): Promise<MovedMoney> {
  switch (effect) {
    case "settle":
      return settled(deps, payout, await deps.holds.pending(payout.holdId), now);
    case "release":
      return released(payout, await deps.holds.pending(payout.holdId), now);
    case "restore":
      return restored(deps, payout, now);
    case "none":
      return { writes: [] };
  }
}

const recordOf = ({ id, owner, amount, channel }: Payout, kind: string, now: EpochMs) => ({
  kind,
  withdrawalId: id,
  owner,
  amount,
  channel,
  createdAt: now,
});
const memoOf = ({ id }: Payout): string => `withdrawal:${id}`;

/** To the channel. Should the hold be gone, the channel has paid all the same: suspense stands in for it. */
function settled(
  { clearingShards }: PaymentDeps,
  payout: Payout,
  hold: PendingHold | undefined,
  now: EpochMs,
): MovedMoney {
  const transferId = settleTransferId(payout.id);
  const posting = channelReturn({
    transferId,
    memo: memoOf(payout),
    ...(hold === undefined ? {} : { hold }),
    standIn: systemAccount("suspense"),
    to: clearingAccount(payout.channel, transferId, clearingShards),
    amount: payout.amount,
  });
  const money = { posting, record: recordOf(payout, "withdrawal", now) };
  const writes = holdEnd(hold, capturedBy, transferId);
  return hold === undefined ? { money, writes, isShort: true } : { money, writes };
}

function released(payout: Payout, hold: PendingHold | undefined, now: EpochMs): MovedMoney {
  if (hold === undefined) return { writes: [] };
  const transferId = holdTransferId(hold.id, "release");
  return {
    money: {
      posting: holdRelease({ transferId, hold, memo: memoOf(payout) }),
      record: { ...recordOf(payout, "hold-release", now), holdId: hold.id, reason: "released" },
    },
    writes: holdEnd(hold, releasedBy, transferId),
  };
}

/** It had been delivered and came back: it is its owner's again. */
function restored({ clearingShards }: PaymentDeps, payout: Payout, now: EpochMs): MovedMoney {
  const transferId = returnTransferId(payout.id);
  return {
    money: {
      posting: movement({
        transferId,
        memo: memoOf(payout),
        from: clearingAccount(payout.channel, transferId, clearingShards),
        to: userAccount(payout.owner),
        amount: payout.amount,
        countOutflow: false,
      }),
      record: recordOf(payout, "withdrawal-return", now),
    },
    writes: [],
  };
}

function report(
  { platform: { metrics } }: PaymentDeps,
  before: Payout,
  { after, effect, alarm, isShort }: PayoutMove,
  log: Log,
): void {
  const subject = { withdrawalId: after.id, status: after.status };
  if (effect === "settle") metrics.count("WithdrawalsSucceeded");
  if (isShort) metrics.count("SuspenseAmount", after.amount.value);
  if (alarm !== undefined) {
    // A person has to look into it at the provider: an alarm stands on the metric.
    metrics.count("WithdrawalsNeedingAttention");
    log.error("withdrawal-needs-attention", new Error(alarm.message), { ...subject, failure: alarm.code });
  }
  if (after.status !== before.status) {
    log.info("withdrawal-moved", { ...subject, effect, failure: after.failure?.code });
  }
}
