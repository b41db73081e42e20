/**
 * How facts move a payout. Answers, callbacks and the sweep are all sources of facts; this one function decides what
 * each means. Facts may be repeated, late and out of order: the end they lead to is the same.
 */

import type { Failure } from "../payments/payment.ts";
import { resolvedAsFailed } from "../payments/resolution.ts";
import { DAY, type EpochMs } from "../platform/clock.ts";
import { type PayoutFactLine, payoutFactIdOf } from "./fact.ts";
import {
  isGivenUp,
  isOpenPayout,
  isOpenPayoutStatus,
  mayPayoutMove,
  nextPayoutCheckOf,
  nextWatchOf,
  type Payout,
  type PayoutStatus,
  watchedAgain,
} from "./payout.ts";

/**
 * What has to happen with the write: `settle` the held money with the channel, `release` it, `restore` what was
 * settled before, or nothing.
 */
export type PayoutEffect = "settle" | "release" | "restore" | "none";

export type FoldedPayout = {
  readonly payout: Payout;
  readonly effect: PayoutEffect;
  /** What of this fact a person has to know. */
  readonly alarm?: Failure;
};

type Standing = { readonly status: PayoutStatus; readonly failure?: Failure | undefined };

const otherPayout: Failure = { code: "other-payout", message: "The channel tells of another payout." };
const otherAmount: Failure = { code: "amount-mismatch", message: "The channel tells of another amount." };
const lostSight: Failure = {
  code: "outcome-unknown",
  message: "It is not known whether the channel has paid.",
};
const contradiction = (from: PayoutStatus, to: PayoutStatus): Failure => ({
  code: "contradiction",
  message: `The channel tells of ${to} after ${from}.`,
});

const sameFailure = (a: Failure | undefined, b: Failure | undefined): boolean =>
  a?.code === b?.code && a?.message === b?.message;

const isUnpaid = (status: PayoutStatus): boolean => status === "failed" || status === "cancelled";

/** People had taken it for delivered: what the channel says was not paid is its owner's again. */
const toldOf = ({ status, resolution }: Payout, told: PayoutStatus): PayoutStatus =>
  isUnpaid(told) && status === "succeeded" && resolution?.outcome === "succeeded" ? "returned" : told;

/** What a fact says the payout is; a failure alone is for people; nothing when it says nothing new of it. */
function standingOf(
  payout: Payout,
  fact: PayoutFactLine,
  now: EpochMs,
): Standing | { readonly alarm: Failure } | undefined {
  switch (fact.type) {
    case "observed": {
      const known = payout.channelPayoutId;
      if (known !== undefined && known !== fact.channelPayoutId) return { alarm: otherPayout };
      const isSame =
        fact.amount.value === payout.amount.value && fact.amount.currency === payout.amount.currency;
      // What was not paid was not paid, whatever its amount.
      return isSame || isUnpaid(fact.status)
        ? { status: toldOf(payout, fact.status), failure: fact.failure }
        : { alarm: otherAmount };
    }
    case "declined":
      // Once it exists at the channel, a refusal of one more create says nothing about it.
      return payout.channelPayoutId === undefined
        ? { status: toldOf(payout, "failed"), failure: fact.failure }
        : undefined;
    case "lost-sight":
      return payout.channelPayoutId === undefined && isOpenPayout(payout) ? { alarm: lostSight } : undefined;
    case "called-off":
      return undefined;
    case "resolved":
      if (!isOpenPayout(payout) || !isGivenUp(payout, now)) return undefined;
      return fact.outcome === "failed"
        ? { status: "failed", failure: resolvedAsFailed }
        : { status: "succeeded" };
  }
}

/** Ends that exclude each other: for one the hold was given back, for the other the money was paid. */
const contradicts = (from: PayoutStatus, to: PayoutStatus): boolean =>
  (isUnpaid(from) && to === "succeeded") || (from === "succeeded" && isUnpaid(to));

/** Among states that are not the end the newest observation is right; an end is an end whenever it is heard of. */
function supersedes(payout: Payout, next: Standing, observedAt: EpochMs): boolean {
  if (next.status === payout.status) {
    const tells = !sameFailure(next.failure, payout.failure) || payout.attention !== undefined;
    const isNewer = observedAt > payout.observedAt || (observedAt === payout.observedAt && tells);
    return isOpenPayout(payout) && isNewer;
  }
  if (!mayPayoutMove(payout.status, next.status)) return false;
  if (!isOpenPayoutStatus(next.status) || payout.status === "created") return true;
  // At the same moment, `processing` is the later of the two.
  return observedAt > payout.observedAt || (observedAt === payout.observedAt && next.status === "processing");
}

function effectOf(before: Payout, after: Payout): PayoutEffect {
  if (after.status === before.status || isOpenPayout(after)) return "none";
  if (after.status === "succeeded") return "settle";
  return before.status === "succeeded" ? "restore" : "release";
}

/** The payout in its new state. What only concerns an open payout goes with its end. */
function moved(payout: Payout, next: Standing, observedAt: EpochMs, now: EpochMs): Payout {
  const changed = next.status !== payout.status || !sameFailure(next.failure, payout.failure);
  const { failure, attention, action, nextCheckAt, ...rest } = { nextCheckAt: 0, ...payout };
  const base = {
    ...rest,
    observedAt,
    updatedAt: changed ? now : payout.updatedAt,
    ...(next.failure === undefined ? {} : { failure: next.failure }),
  };
  const { status } = next;
  if (!isOpenPayoutStatus(status)) {
    const ended = { ...base, status };
    return watchedAgain(ended, nextWatchOf(ended, now));
  }
  const open = { ...base, status, ...(action === undefined ? {} : { action }) };
  return { ...open, nextCheckAt: nextPayoutCheckOf(open, now) };
}

/** An open payout that a person has to look into stays as it is, and is asked about daily. */
function flagged(payout: Payout, alarm: Failure, now: EpochMs): Payout {
  return isOpenPayout(payout) ? { ...payout, attention: alarm, nextCheckAt: now + DAY } : payout;
}

function calledOff(payout: Payout, now: EpochMs): Payout {
  if (!isOpenPayout(payout) || payout.cancelling === true) return payout;
  const after = { ...payout, cancelling: true } as const;
  return { ...after, nextCheckAt: nextPayoutCheckOf(after, now) };
}

/** What a fact says of the payout besides its state. */
function knownBy(payout: Payout, fact: PayoutFactLine): Payout {
  if (fact.type === "observed") return { ...payout, channelPayoutId: fact.channelPayoutId };
  if (fact.type !== "resolved") return payout;
  return { ...payout, resolution: { outcome: fact.outcome, factId: payoutFactIdOf(payout.id, fact) } };
}

/** The payout after a fact, and what that asks for. */
export function foldPayout(payout: Payout, fact: PayoutFactLine, now: EpochMs): FoldedPayout {
  if (fact.type === "called-off") return { payout: calledOff(payout, now), effect: "none" };
  const next = standingOf(payout, fact, now);
  if (next === undefined) return { payout, effect: "none" };
  if ("alarm" in next) return { payout: flagged(payout, next.alarm, now), effect: "none", alarm: next.alarm };
  if (contradicts(payout.status, next.status)) {
    return { payout, effect: "none", alarm: contradiction(payout.status, next.status) };
  }
  const known = knownBy(payout, fact);
  if (!supersedes(known, next, fact.observedAt)) return { payout: known, effect: "none" };
  const after = moved(known, next, fact.observedAt, now);
  return { payout: after, effect: effectOf(payout, after) };
}

/** Whether two states of a payout differ in no more than when they were looked at. */
export const samePayoutState = (a: Payout, b: Payout): boolean =>
  a.status === b.status &&
  a.channelPayoutId === b.channelPayoutId &&
  a.cancelling === b.cancelling &&
  (a.action === undefined) === (b.action === undefined) &&
  sameFailure(a.failure, b.failure) &&
  sameFailure(a.attention, b.attention);
