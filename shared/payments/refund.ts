import type { RefundInput, RefundRef } from "../channels/channel.ts";
import type { ChannelMoney, ChannelRefundStatus } from "../channels/facts.ts";
import type { Money } from "../money/money.ts";
import { DAY, type EpochMs, HOUR, MINUTE } from "../platform/clock.ts";
import { type AccountId, derivedId, type HoldId, type PaymentId, type RefundId } from "../platform/ids.ts";
import { type CallbackRef, digestOf } from "./fact.ts";
import { type ChannelPayment, type Failure, type Payment, paymentRefOf } from "./payment.ts";
import { type Resolution, type ResolvedFact, resolvedAsFailed } from "./resolution.ts";

export const openRefundStatuses = ["created", "processing", "needs_attention"] as const;
export const endedRefundStatuses = ["succeeded", "failed"] as const;
export const refundStatuses = [...openRefundStatuses, ...endedRefundStatuses] as const;
export type OpenRefundStatus = (typeof openRefundStatuses)[number];
export type RefundStatus = (typeof refundStatuses)[number];

/**
 * Where each state may go. A refund that succeeded can still be returned by the payer's bank, so `failed` is the last
 * word: facts in any order lead to the same end.
 */
export const refundMoves = {
  created: ["processing", "needs_attention", "succeeded", "failed"],
  processing: ["needs_attention", "succeeded", "failed"],
  needs_attention: ["processing", "succeeded", "failed"],
  succeeded: ["failed"],
  failed: [],
} as const satisfies Record<RefundStatus, readonly RefundStatus[]>;

export const mayRefundMove = (from: RefundStatus, to: RefundStatus): boolean =>
  (refundMoves[from] as readonly RefundStatus[]).includes(to);

type RefundBase = {
  readonly id: RefundId;
  readonly paymentId: PaymentId;
  /** Who paid and gets the money back. */
  readonly owner: AccountId;
  /** Who gives it back: the payee, or the owner from their own wallet. */
  readonly from: AccountId;
  readonly amount: Money;
  readonly reason?: string;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  readonly fingerprint: string;
  readonly correlationId: string;
  readonly version: number;
};

/** Into the payer's balance: done in the moment it is asked for. */
export type BalanceRefund = RefundBase & { readonly to: "balance"; readonly status: "succeeded" };

type ChannelRefundBase = RefundBase & {
  readonly to: "channel";
  readonly channel: string;
  readonly channelRefundId?: string;
  /** Keeps the money until the channel has given it back. */
  readonly holdId: HoldId;
  /** Minor units that were refunded through the channel before this one. */
  readonly refundedBefore: number;
  readonly failure?: Failure;
  /** People of ops ended it, as the channel could not be asked. */
  readonly resolution?: Resolution;
  readonly observedAt: EpochMs;
  readonly lastFactId?: string;
};
export type OpenRefund = ChannelRefundBase & {
  readonly status: OpenRefundStatus;
  readonly nextCheckAt: EpochMs;
};
export type EndedRefund = ChannelRefundBase & { readonly status: "succeeded" | "failed" };
export type ChannelRefund = OpenRefund | EndedRefund;
export type Refund = BalanceRefund | ChannelRefund;

export const isOpenRefundStatus = (status: RefundStatus): status is OpenRefundStatus =>
  openRefundStatuses.some((open) => open === status);

export const isOpenRefund = (refund: Refund): refund is OpenRefund => isOpenRefundStatus(refund.status);

export const refundHoldId = (id: RefundId): HoldId => derivedId("hold", id, "refund");

/** Long after any channel has answered; the refund's own end gives the hold back or takes it. */
export const REFUND_HOLD_MS = 400 * DAY;

/** How the channel is asked to do it. */
export const refundInputOf = (
  refund: ChannelRefund,
  payment: ChannelPayment & { readonly channelPaymentId: string },
): RefundInput => ({
  refundId: refund.id,
  payment: paymentRefOf(payment, payment.channelPaymentId),
  money: refund.amount,
  refundedBefore: refund.refundedBefore,
  reason: refund.reason ?? "Requested",
});

/** How the channel is asked about it. */
export const refundRefOf = (
  refund: ChannelRefund & { readonly channelRefundId: string },
  payment: ChannelPayment & { readonly channelPaymentId: string },
): RefundRef => ({
  refundId: refund.id,
  channelRefundId: refund.channelRefundId,
  payment: paymentRefOf(payment, payment.channelPaymentId),
  money: refund.amount,
  createdAtMs: refund.createdAt,
});

/** One look a minute after it was made, then ever more seldom; what needs a person is looked at daily. */
export function nextRefundCheckOf(
  { createdAt, status }: { readonly createdAt: EpochMs; readonly status: OpenRefundStatus },
  now: EpochMs,
): EpochMs {
  if (status === "needs_attention") return now + DAY;
  const age = Math.max(0, now - createdAt);
  return now + Math.min(Math.max(age, MINUTE), 6 * HOUR);
}

/** Banks take days, not weeks. */
const GIVEN_UP_MS = 30 * DAY;

/**
 * Whether nothing more comes of asking the channel, so that people of ops may say how it ended: it needs a person, or
 * is thirty days old.
 */
export const isRefundGivenUp = ({ status, createdAt }: OpenRefund, now: EpochMs): boolean =>
  status === "needs_attention" || now >= createdAt + GIVEN_UP_MS;

export type RefundFactLine =
  | {
      readonly type: "observed";
      readonly channelRefundId: string;
      readonly status: ChannelRefundStatus;
      readonly rawStatus: string;
      readonly failure?: Failure;
      readonly amount: ChannelMoney;
      readonly observedAt: EpochMs;
      readonly occurredAt: EpochMs;
      readonly callback?: CallbackRef;
    }
  /** The channel refused to make it. */
  | { readonly type: "declined"; readonly failure: Failure; readonly observedAt: EpochMs }
  /** Nobody knows whether the channel made it, and it can no longer be asked for safely. */
  | { readonly type: "lost-sight"; readonly observedAt: EpochMs }
  | ResolvedFact;

/** 22 characters over what the line says and the callback that led to it, but not over when we looked. */
export const refundFactIdOf = (refundId: string, fact: RefundFactLine): string => {
  const { observedAt: _, ...said } = fact;
  return digestOf("refund", refundId, said);
};

/**
 * What has to happen with the write: `settle` the held money with the channel, `release` it, `restore` what was
 * settled before, or nothing.
 */
export type RefundEffect = "settle" | "release" | "restore" | "none";

type RefundStanding = { readonly status: RefundStatus; readonly failure?: Failure | undefined };

const otherAmount: RefundStanding = {
  status: "needs_attention",
  failure: { code: "amount-mismatch", message: "The channel tells of another amount." },
};
const lostSight: RefundStanding = {
  status: "needs_attention",
  failure: { code: "outcome-unknown", message: "It is not known whether the channel gave the money back." },
};

/** People had taken it for failed, and its money was given free. */
const contradiction: Failure = {
  code: "contradiction",
  message: "The channel gave the money back after people had found that it did not.",
};

function refundStandingOf(
  refund: ChannelRefund,
  fact: RefundFactLine,
  now: EpochMs,
): RefundStanding | undefined {
  switch (fact.type) {
    case "observed": {
      if (refund.channelRefundId !== undefined && refund.channelRefundId !== fact.channelRefundId)
        return undefined;
      const isSame =
        fact.amount.value === refund.amount.value && fact.amount.currency === refund.amount.currency;
      return isSame || fact.status === "failed"
        ? { status: fact.status, failure: fact.failure }
        : otherAmount;
    }
    case "declined":
      return refund.channelRefundId === undefined ? { status: "failed", failure: fact.failure } : undefined;
    case "lost-sight":
      return refund.channelRefundId === undefined ? lostSight : undefined;
    case "resolved":
      if (!isOpenRefund(refund) || !isRefundGivenUp(refund, now)) return undefined;
      return fact.outcome === "failed"
        ? { status: "failed", failure: resolvedAsFailed }
        : { status: "succeeded" };
  }
}

const sameRefundFailure = (a: Failure | undefined, b: Failure | undefined): boolean =>
  a?.code === b?.code && a?.message === b?.message;

const ended = (status: RefundStatus): boolean => !isOpenRefundStatus(status);

/** Among states that are not the end the newest observation is right; an end is an end whenever it is heard of. */
function refundSupersedes(refund: ChannelRefund, next: RefundStanding, observedAt: EpochMs): boolean {
  if (next.status === refund.status) return isOpenRefund(refund) && observedAt > refund.observedAt;
  if (!mayRefundMove(refund.status, next.status)) return false;
  if (ended(next.status) || refund.status === "created") return true;
  // At the same moment, what needs a person is the later of the two.
  return (
    observedAt > refund.observedAt || (observedAt === refund.observedAt && next.status === "needs_attention")
  );
}

function refundEffectOf(before: ChannelRefund, after: ChannelRefund): RefundEffect {
  if (after.status === before.status) return "none";
  if (after.status === "succeeded") return "settle";
  if (after.status === "failed") return before.status === "succeeded" ? "restore" : "release";
  return "none";
}

/** What a fact says of the refund besides its state. */
function knownBy(refund: ChannelRefund, fact: RefundFactLine): ChannelRefund {
  if (fact.type === "observed") return { ...refund, channelRefundId: fact.channelRefundId };
  if (fact.type !== "resolved") return refund;
  return { ...refund, resolution: { outcome: fact.outcome, factId: refundFactIdOf(refund.id, fact) } };
}

export type FoldedRefund = {
  readonly refund: ChannelRefund;
  readonly effect: RefundEffect;
  /** What of this fact a person has to know. */
  readonly alarm?: Failure;
};

/** Among the channel's own words a failure is the last; people's words it can prove wrong. */
const contradicts = ({ status, resolution }: ChannelRefund, next: RefundStanding): boolean =>
  status === "failed" && resolution?.outcome === "failed" && next.status === "succeeded";

/** The refund after a fact, and what that asks for. */
export function foldRefund(refund: ChannelRefund, fact: RefundFactLine, now: EpochMs): FoldedRefund {
  const next = refundStandingOf(refund, fact, now);
  if (next === undefined) return { refund, effect: "none" };
  if (contradicts(refund, next)) return { refund, effect: "none", alarm: contradiction };
  const known = knownBy(refund, fact);
  if (!refundSupersedes(known, next, fact.observedAt)) return { refund: known, effect: "none" };
  const { failure, nextCheckAt, ...rest } = { nextCheckAt: 0, ...known };
  const base = {
    ...rest,
    observedAt: fact.observedAt,
    updatedAt: next.status === refund.status ? refund.updatedAt : now,
    ...(next.failure === undefined ? {} : { failure: next.failure }),
  };
  const { status } = next;
  const after: ChannelRefund = isOpenRefundStatus(status)
    ? { ...base, status, nextCheckAt: nextRefundCheckOf({ ...base, status }, now) }
    : { ...base, status: status === "failed" ? "failed" : "succeeded" };
  return { refund: after, effect: refundEffectOf(refund, after) };
}

export const sameRefundState = (a: ChannelRefund, b: ChannelRefund): boolean =>
  a.status === b.status && a.channelRefundId === b.channelRefundId && sameRefundFailure(a.failure, b.failure);

/** How a refund's end changes the counters of its payment. */
export const withoutRefund = (payment: Payment, value: number): Payment => ({
  ...payment,
  refunded: payment.refunded - value,
  refundedToChannel: payment.refundedToChannel - value,
});
