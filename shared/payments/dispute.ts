/**
 * A dispute: the payer contests a payment through the channel. While it is open, what is there of the contested money
 * is held; lost, it goes back to the channel; won, it is free again. Pure rules.
 */
import type { ChannelMoney } from "../channels/facts.ts";
import { type Money, minorUnits } from "../money/money.ts";
import { DAY, type EpochMs } from "../platform/clock.ts";
import { type AccountId, type DisputeId, derivedId, type HoldId, type PaymentId } from "../platform/ids.ts";
import type { CallbackRef } from "./fact.ts";

export const disputeStatuses = ["open", "won", "lost"] as const;
export type DisputeStatus = (typeof disputeStatuses)[number];

/** Where each state may go. `lost` is the last word, so that facts in any order lead to the same end. */
export const disputeMoves = {
  open: ["won", "lost"],
  won: ["lost"],
  lost: [],
} as const satisfies Record<DisputeStatus, readonly DisputeStatus[]>;

export const mayDisputeMove = (from: DisputeStatus, to: DisputeStatus): boolean =>
  (disputeMoves[from] as readonly DisputeStatus[]).includes(to);

type DisputeBase = {
  readonly id: DisputeId;
  readonly paymentId: PaymentId;
  /** Who paid. */
  readonly owner: AccountId;
  /** Who has the money; absent when it waits in suspense. */
  readonly from?: AccountId;
  readonly channel: string;
  readonly channelDisputeId: string;
  /** The contested money, in the payment's currency. */
  readonly amount: Money;
  /** What of it could be held, in minor units. */
  readonly held: number;
  readonly holdId?: HoldId;
  /** The channel's word for why. */
  readonly reason: string;
  readonly observedAt: EpochMs;
  readonly lastFactId?: string;
  readonly createdAt: EpochMs;
  readonly updatedAt: EpochMs;
  /** Of the callback that told of it. */
  readonly correlationId: string;
  readonly version: number;
};
export type OpenDispute = DisputeBase & { readonly status: "open"; readonly nextCheckAt: EpochMs };
export type EndedDispute = DisputeBase & { readonly status: "won" | "lost" };
export type Dispute = OpenDispute | EndedDispute;

export const isOpenDispute = (dispute: Dispute): dispute is OpenDispute => dispute.status === "open";

export const disputeIdOf = (channel: string, channelDisputeId: string): DisputeId =>
  derivedId("dispute", channel, channelDisputeId);

export const disputeHoldId = (id: DisputeId): HoldId => derivedId("hold", id, "dispute");

/** Disputes take months; the hold goes with the dispute's end. */
export const DISPUTE_HOLD_MS = 400 * DAY;

/** Providers tell by callback; a look a day is for those that were lost. */
export const nextDisputeCheckOf = (now: EpochMs): EpochMs => now + DAY;

/** What a channel said about a dispute. */
export type DisputeFactLine = {
  readonly type: "observed";
  readonly status: DisputeStatus;
  readonly rawStatus: string;
  readonly reason: string;
  readonly amount: ChannelMoney;
  readonly observedAt: EpochMs;
  readonly occurredAt: EpochMs;
  readonly callback?: CallbackRef;
};

/**
 * The contested money in the payment's currency: all that came, where the channel counts in another. It may be
 * nothing: a payer can contest what was refunded before.
 */
export const contestedOf = (amount: ChannelMoney, paid: Money): Money =>
  amount.currency === paid.currency
    ? { value: minorUnits(Math.min(Math.max(0, amount.value), paid.value)), currency: paid.currency }
    : paid;

/**
 * What has to happen with the write: `settle` the contested money with the channel, `release` what is held, or
 * nothing.
 */
export type DisputeEffect = "settle" | "release" | "none";

export function foldDispute(
  dispute: Dispute,
  fact: DisputeFactLine,
  now: EpochMs,
): { readonly dispute: Dispute; readonly effect: DisputeEffect } {
  if (!mayDisputeMove(dispute.status, fact.status) || fact.status === "open")
    return { dispute, effect: "none" };
  const { nextCheckAt, ...rest } = { nextCheckAt: 0, ...dispute };
  const after: EndedDispute = {
    ...rest,
    status: fact.status,
    observedAt: fact.observedAt,
    updatedAt: now,
  };
  return { dispute: after, effect: fact.status === "lost" ? "settle" : "release" };
}

/** What its payment shows: the newest, but that money was lost stays. */
export const shownDispute = (known: DisputeStatus | undefined, next: DisputeStatus): DisputeStatus =>
  known === "lost" ? known : next;
