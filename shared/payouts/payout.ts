/**
 * A withdrawal: money that leaves a wallet to its owner, as a payout of a channel. Its states and the moves between
 * them as data, and when it is looked at next. Pure rules; how facts move it is in `fold.ts`.
 */
import type { PayoutInput, PayoutRecipient, PayoutRef } from "../channels/channel.ts";
import type { ClientAction } from "../channels/facts.ts";
import type { Money } from "../money/money.ts";
import type { Failure } from "../payments/payment.ts";
import { present } from "../payments/present.ts";
import type { Resolution } from "../payments/resolution.ts";
import { DAY, type EpochMs, HOUR, MINUTE, SECOND } from "../platform/clock.ts";
import { type AccountId, derivedId, type HoldId, type PayoutId, type TransferId } from "../platform/ids.ts";
import type { Pii, Secret } from "../platform/redacted.ts";

export const openPayoutStatuses = ["created", "requires_action", "processing"] as const;
export const endedPayoutStatuses = ["succeeded", "failed", "cancelled", "returned"] as const;
export const payoutStatuses = [...openPayoutStatuses, ...endedPayoutStatuses] as const;
export type OpenPayoutStatus = (typeof openPayoutStatuses)[number];
export type EndedPayoutStatus = (typeof endedPayoutStatuses)[number];
export type PayoutStatus = OpenPayoutStatus | EndedPayoutStatus;

/**
 * Where each state may go. What was delivered can come back; what ended without money stays ended, as its hold was
 * given back. A channel that says otherwise contradicts itself, and a person decides.
 */
export const payoutMoves = {
  created: ["requires_action", "processing", "succeeded", "failed", "cancelled", "returned"],
  requires_action: ["processing", "succeeded", "failed", "cancelled", "returned"],
  processing: ["requires_action", "succeeded", "failed", "cancelled", "returned"],
  succeeded: ["returned"],
  failed: [],
  cancelled: [],
  returned: [],
} as const satisfies Record<PayoutStatus, readonly PayoutStatus[]>;

export const mayPayoutMove = (from: PayoutStatus, to: PayoutStatus): boolean =>
  (payoutMoves[from] as readonly PayoutStatus[]).includes(to);

type PayoutBase = {
  readonly id: PayoutId;
  readonly owner: AccountId;
  readonly amount: Money;
  readonly channel: string;
  /** As the channel's `recipients` schema gave it out. */
  readonly recipient: Pii<PayoutRecipient>;
  /** Keeps the money until the channel has delivered it or given it up. */
  readonly holdId: HoldId;
  /** The channel's id, once it is known that the payout exists there. */
  readonly channelPayoutId?: string;
  /** What the recipient's app needs to confirm. Channels tell it once, so it is kept while the payout is open. */
  readonly action?: Secret<ClientAction>;
  readonly failure?: Failure;
  /** Until when its recipient can confirm or accept it, should they have to. */
  readonly actionUntil: EpochMs;
  /** Its owner called it off; whether the channel could end it, its status says. */
  readonly cancelling?: true;
  /** Why a person has to look into it at the channel. */
  readonly attention?: Failure;
  /** People of ops ended it, as the channel could not be asked. */
  readonly resolution?: Resolution;
  /** How long after its delivery it can come back, in milliseconds; left out where it cannot. */
  readonly returnsWithinMs?: number;
  /** When the newest observation that the status rests on was made; 0 before the first. */
  readonly observedAt: EpochMs;
  /** The fact that was folded last, so that its repetition is noticed without a read. */
  readonly lastFactId?: string;
  readonly createdAt: EpochMs;
  /** When the status or the failure changed last. */
  readonly updatedAt: EpochMs;
  /** Of the request that made it. */
  readonly fingerprint: string;
  /** Of the request that made it; every event of the withdrawal carries it. */
  readonly correlationId: string;
  /** Counts writes; every write is under the condition that it is what was read. */
  readonly version: number;
};

/** Not ended: there is always a next check. */
export type OpenPayout = PayoutBase & { readonly status: OpenPayoutStatus; readonly nextCheckAt: EpochMs };
/** There is a next check while the channel may still tell of something else. */
export type EndedPayout = PayoutBase & {
  readonly status: EndedPayoutStatus;
  readonly nextCheckAt?: EpochMs;
};
export type Payout = OpenPayout | EndedPayout;

export const isOpenPayoutStatus = (status: PayoutStatus): status is OpenPayoutStatus =>
  openPayoutStatuses.some((open) => open === status);

export const isOpenPayout = (payout: Payout): payout is OpenPayout => isOpenPayoutStatus(payout.status);

export const payoutHoldId = (id: PayoutId): HoldId => derivedId("hold", id, "withdrawal");

/** The transfer that hands the held money to the channel. */
export const settleTransferId = (id: PayoutId): TransferId => derivedId("transfer", id, "settle");

/** The transfer that brings delivered money back. */
export const returnTransferId = (id: PayoutId): TransferId => derivedId("transfer", id, "return");

/**
 * A century: no clock ends a hold whose payout is unfinished. Nobody knows of a payout without an answer whether the
 * channel has paid it, and only what the channel says gives its money back.
 */
export const PAYOUT_HOLD_MS = 36_525 * DAY;

const REMARK = "Withdrawal";

/** Depends on nothing but the payout's record: under one id a channel takes one set of parameters. */
export const payoutInputOf = ({ id, recipient, amount, createdAt }: Payout): PayoutInput => ({
  payoutId: id,
  recipient: recipient.reveal(),
  money: amount,
  remark: REMARK,
  createdAtMs: createdAt,
});

/** How the channel is asked about it. @param channelPayoutId as a callback told it, where our record has none yet */
export const payoutRefOf = (payout: Payout, channelPayoutId = payout.channelPayoutId): PayoutRef =>
  present({
    payoutId: payout.id,
    channelPayoutId,
    recipient: payout.recipient.reveal(),
    money: payout.amount,
    createdAtMs: payout.createdAt,
  });

/** Until then the request that made it may still be speaking to the channel. */
const FIRST_CHECK_MS = MINUTE;
const OFTEN_MS = 5 * MINUTE;

/** What exists at the channel is known after a few tries. */
const UNANSWERED_MS = HOUR;
/** For the channel to tell that nobody has confirmed. */
const ACTION_MARGIN_MS = HOUR;
/** Banks and reviews take their time. */
const PROCESSING_MS = 3 * DAY;

type Timed = Pick<
  OpenPayout,
  "createdAt" | "updatedAt" | "actionUntil" | "status" | "cancelling" | "attention"
>;

/** When it should have ended, or moved on, at the latest. */
function usualEndOf({ createdAt, updatedAt, actionUntil, status }: Timed): EpochMs {
  switch (status) {
    case "created":
      return createdAt + UNANSWERED_MS;
    case "requires_action":
      return actionUntil + ACTION_MARGIN_MS;
    case "processing":
      return updatedAt + PROCESSING_MS;
  }
}

/**
 * One look a minute after it was made, then ever more seldom: every six hours in the end, and when its recipient's
 * time is over. Every five minutes where its owner called it off, and where it is overdue, so that the alarm on its age
 * does not pause. Daily where a person has to look into it.
 */
export function nextPayoutCheckOf(payout: Timed, now: EpochMs): EpochMs {
  const { createdAt, actionUntil, status, cancelling, attention } = payout;
  if (attention !== undefined) return now + DAY;
  const age = Math.max(0, now - createdAt);
  const usual = Math.min(Math.max(age, FIRST_CHECK_MS), 6 * HOUR);
  if (cancelling === true || now >= usualEndOf(payout)) return now + Math.min(usual, OFTEN_MS);
  const lapses = status === "requires_action" && actionUntil > now ? actionUntil : Number.POSITIVE_INFINITY;
  return Math.min(now + usual, lapses, usualEndOf(payout));
}

/** Seconds by which it is unfinished beyond what is usual, for the alarm on the oldest; 0 when it is not. */
export const secondsOverdue = (payout: Timed, now: EpochMs): number =>
  Math.max(0, Math.floor((now - usualEndOf(payout)) / SECOND));

/** What people may end by hand: the channel has had this long beyond what is usual. */
const GIVEN_UP_MS = 7 * DAY;

/**
 * Whether nothing more comes of asking the channel, so that people of ops may say how it ended: it needs attention, or
 * it is a week overdue.
 */
export const isGivenUp = (payout: OpenPayout, now: EpochMs): boolean =>
  payout.attention !== undefined || now >= usualEndOf(payout) + GIVEN_UP_MS;

/** Parts of the time in which it may come back, after which the channel is asked: ever more seldom, and at its end. */
const WATCH_PARTS = [27, 9, 3, 1] as const;
/** What people decided is held against what the channel says for this long. */
const DOUBT_MS = 30 * DAY;
/** For a channel that is silent when it is asked for the last time. */
const LAST_TRIES_MS = 7 * DAY;

/** How long an ended payout is watched: a delivered one may come back, and people may have been wrong. */
function watchedForMs({ status, returnsWithinMs = 0, resolution }: EndedPayout): number {
  if (status === "returned") return 0;
  const doubtMs = resolution === undefined ? 0 : DOUBT_MS;
  return status === "succeeded" ? Math.max(returnsWithinMs, doubtMs) : doubtMs;
}

/** When the channel is asked next about an ended payout; nothing when no more is expected of it. */
export function nextWatchOf(payout: EndedPayout, now: EpochMs): EpochMs | undefined {
  const forMs = watchedForMs(payout);
  return WATCH_PARTS.map((part) => payout.updatedAt + Math.ceil(forMs / part)).find((at) => at > now);
}

/** The same after the channel did not answer: the last question is repeated for a week. */
export function nextWatchUnanswered(payout: EndedPayout, now: EpochMs): EpochMs | undefined {
  const last = payout.updatedAt + watchedForMs(payout) + LAST_TRIES_MS;
  return nextWatchOf(payout, now) ?? (now + DAY <= last ? now + DAY : undefined);
}

/** An ended payout with its next check, or with none. */
export function watchedAgain(
  { nextCheckAt: _, ...payout }: EndedPayout,
  at: EpochMs | undefined,
): EndedPayout {
  return at === undefined ? payout : { ...payout, nextCheckAt: at };
}
