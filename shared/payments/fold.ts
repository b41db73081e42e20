/**
 * How facts move a payment. Redirects, callbacks, queries and the sweep are all sources of facts; this one function
 * decides what each means. Facts may be repeated, late and out of order: the end they lead to is the same.
 */
import { createHash } from "node:crypto";
import type { ChannelMoney, ChannelPaymentStatus } from "../channels/channel.ts";
import { type EpochMs, SECOND } from "../platform/clock.ts";
import {
  type Failure,
  isFinal,
  isOpen,
  mayMove,
  nextCheckOf,
  type Payment,
  type PaymentStatus,
} from "./payment.ts";

/** A verified callback that made us look. */
export type CallbackRef = { readonly eventId: string; readonly type: string };

/** What a channel said about a payment when it was asked. */
export type ObservedFact = {
  readonly type: "observed";
  /** `close`: the answer to our closing it at its expiry. */
  readonly source: "create" | "query" | "close";
  readonly channelPaymentId: string;
  /** Our id as the channel gave it back. */
  readonly paymentId?: string;
  readonly status: ChannelPaymentStatus;
  readonly rawStatus: string;
  readonly attemptFailed?: Failure;
  /** Received amount once succeeded, asked amount before. */
  readonly amount: ChannelMoney;
  /** Our time just before the question was sent: the state is at least as new as this. */
  readonly observedAt: EpochMs;
  /** The channel's own time for it. */
  readonly occurredAt: EpochMs;
  readonly callback?: CallbackRef;
};

export type Fact =
  | ObservedFact
  /** The channel refused to make the payment at all. */
  | { readonly type: "declined"; readonly failure: Failure; readonly observedAt: EpochMs }
  /** The payer's time is over, and the channel has nothing that could be paid. */
  | { readonly type: "lapsed"; readonly observedAt: EpochMs }
  /** A refund or dispute that was begun at the channel. It is history; the payment's state does not change. */
  | {
      readonly type: "noted";
      readonly about: "refund" | "dispute";
      readonly callback: CallbackRef;
      readonly observedAt: EpochMs;
      readonly occurredAt: EpochMs;
    };

/**
 * What has to happen with the write: `credit` the owner, put the money in `suspense`, tell that it `ended` without
 * money, or nothing.
 */
export type Effect = "credit" | "suspense" | "ended" | "none";

export type Folded = { readonly payment: Payment; readonly effect: Effect };

export const AMOUNT_MISMATCH = "amount-mismatch";

/** What a fact says the payment is. */
type Standing = {
  readonly status: PaymentStatus;
  readonly failure?: Failure | undefined;
  readonly inSuspense?: true;
};

const mismatch: Standing = {
  status: "failed",
  failure: { code: AMOUNT_MISMATCH, message: "The amount that arrived is not the amount that was asked." },
  inSuspense: true,
};

/** Channels tell whole seconds, so the second in which a payment expires counts as its expiry. */
const atExpiry = ({ expiresAt }: Payment, occurredAt: EpochMs): boolean =>
  Math.floor(occurredAt / SECOND) >= Math.floor(expiresAt / SECOND);

function standingOfObserved(payment: Payment, fact: ObservedFact): Standing {
  const failure = fact.attemptFailed;
  switch (fact.status) {
    case "succeeded": {
      const asked =
        fact.amount.value === payment.amount.value && fact.amount.currency === payment.amount.currency;
      const ours = fact.paymentId === undefined || fact.paymentId === payment.id;
      return asked && ours ? { status: "succeeded" } : mismatch;
    }
    case "cancelled":
      return {
        status: fact.source === "close" || atExpiry(payment, fact.occurredAt) ? "expired" : "cancelled",
        failure,
      };
    case "failed":
    case "processing":
    case "requires_action":
      return { status: fact.status, failure };
  }
}

function standingOf(payment: Payment, fact: Fact): Standing | undefined {
  switch (fact.type) {
    case "observed":
      return standingOfObserved(payment, fact);
    case "declined":
      // Once it exists at the channel, a refusal of one more create says nothing about it.
      return payment.channelPaymentId === undefined ? { status: "failed", failure: fact.failure } : undefined;
    case "lapsed":
      return { status: "expired" };
    case "noted":
      return undefined;
  }
}

/** A channel payment that is not this payment's own: a second one for the same order, or one with a foreign id. */
const isForeign = (payment: Payment, fact: ObservedFact): boolean =>
  payment.channelPaymentId === undefined
    ? fact.paymentId !== payment.id
    : fact.channelPaymentId !== payment.channelPaymentId;

/** Among states that are not the end the newest observation is right; an end is an end whenever it is heard of. */
function supersedes(payment: Payment, next: Standing, observedAt: EpochMs): boolean {
  if (payment.inSuspense === true || payment.status === "succeeded") return false;
  if (next.inSuspense === true) return true;
  if (next.status === payment.status) {
    const tellsMore = next.failure !== undefined && payment.lastFailure === undefined;
    return (
      isOpen(payment) && (observedAt > payment.observedAt || (observedAt === payment.observedAt && tellsMore))
    );
  }
  if (!mayMove(payment.status, next.status)) return false;
  if (isFinal(next.status) || payment.status === "created") return true;
  // At the same moment, `processing` is the later of the two.
  return (
    observedAt > payment.observedAt || (observedAt === payment.observedAt && next.status === "processing")
  );
}

const sameFailure = (a: Failure | undefined, b: Failure | undefined): boolean =>
  a?.code === b?.code && a?.message === b?.message;

/** The payment in its new state. What only concerns an open payment goes with its end. */
function moved(payment: Payment, next: Standing, observedAt: EpochMs, now: EpochMs): Payment {
  const changed = next.status !== payment.status || !sameFailure(next.failure, payment.lastFailure);
  const { lastFailure, action, nextCheckAt, ...rest } = { nextCheckAt: 0, ...payment };
  const base = {
    ...rest,
    observedAt,
    updatedAt: changed ? now : payment.updatedAt,
    ...(next.failure === undefined ? {} : { lastFailure: next.failure }),
    ...(next.inSuspense === undefined ? {} : { inSuspense: next.inSuspense }),
  };
  if (isFinal(next.status)) return { ...base, status: next.status };
  return {
    ...base,
    status: next.status,
    nextCheckAt: nextCheckOf({ ...payment, status: next.status }, now),
    ...(action === undefined ? {} : { action }),
  };
}

/** The payment with the channel's id, which is its own: a foreign one is told apart before. */
const adopted = (payment: Payment, fact: Fact): Payment =>
  fact.type === "observed" ? { ...payment, channelPaymentId: fact.channelPaymentId } : payment;

/**
 * The payment after a fact, and what that asks for. Any order and any repetition of the same facts end in the same
 * status; `succeeded` stays.
 *
 * A PaymentIntent receives money once, so one payment does not see both its own amount and another one arrive.
 */
export function fold(payment: Payment, fact: Fact, now: EpochMs): Folded {
  if (fact.type === "observed" && isForeign(payment, fact)) {
    return { payment, effect: fact.status === "succeeded" ? "suspense" : "none" };
  }
  const known = adopted(payment, fact);
  const next = standingOf(known, fact);
  if (next === undefined || !supersedes(known, next, fact.observedAt))
    return { payment: known, effect: "none" };
  const after = moved(known, next, fact.observedAt, now);
  return { payment: after, effect: effectOf(payment, after) };
}

function effectOf(before: Payment, after: Payment): Effect {
  if (after.status === "succeeded") return "credit";
  if (after.inSuspense === true) return "suspense";
  return isOpen(before) && !isOpen(after) ? "ended" : "none";
}

/** Whether two states of a payment differ in more than when they were looked at. */
export const sameState = (a: Payment, b: Payment): boolean =>
  a.status === b.status &&
  sameFailure(a.lastFailure, b.lastFailure) &&
  a.channelPaymentId === b.channelPaymentId &&
  a.inSuspense === b.inSuspense &&
  (a.action === undefined) === (b.action === undefined);

/** When a fact happened, as far as it says so itself: its place in the payment's history. */
export const occurrenceOf = (fact: Fact): EpochMs =>
  "occurredAt" in fact ? fact.occurredAt : fact.observedAt;

/**
 * 22 characters made of what a fact says and of the callback that led to it, but not of when we looked: the same
 * answer heard twice is one fact.
 */
export function factIdOf(fact: Fact): string {
  const content =
    fact.type === "observed"
      ? [fact.channelPaymentId, fact.rawStatus, fact.status, fact.amount, fact.attemptFailed, fact.occurredAt]
      : fact.type === "declined"
        ? [fact.failure]
        : [];
  const cause = "callback" in fact ? fact.callback?.eventId : undefined;
  return createHash("sha256")
    .update(JSON.stringify([fact.type, cause ?? "", content]))
    .digest("base64url")
    .slice(0, 22);
}
