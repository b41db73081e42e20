/**
 * How facts move a payment. Redirects, callbacks, queries and the sweep are all sources of facts; this one function
 * decides what each means. Facts may be repeated, late and out of order: the end they lead to is the same.
 */
import { type EpochMs, SECOND } from "../platform/clock.ts";
import type { Fact, ObservedFact } from "./fact.ts";
import {
  type ChannelPayment,
  channelAmountOf,
  type Failure,
  isFinal,
  isOpen,
  mayMove,
  nextCheckOf,
  type PaymentStatus,
} from "./payment.ts";

/**
 * What has to happen with the write: `credit` whom the money belongs to, put it in `suspense`, tell that the payment
 * `ended` without money, or nothing.
 */
export type Effect = "credit" | "suspense" | "ended" | "none";

export type Folded = { readonly payment: ChannelPayment; readonly effect: Effect };

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
const atExpiry = ({ expiresAt }: ChannelPayment, occurredAt: EpochMs): boolean =>
  Math.floor(occurredAt / SECOND) >= Math.floor(expiresAt / SECOND);

/** What a payment becomes that its owner called off, and one whose time was over. */
const overOf = ({ cancelling }: ChannelPayment): "cancelled" | "expired" =>
  cancelling === true ? "cancelled" : "expired";

function standingOfObserved(payment: ChannelPayment, fact: ObservedFact): Standing {
  const failure = fact.attemptFailed;
  switch (fact.status) {
    case "succeeded": {
      const expected = channelAmountOf(payment);
      const asked = fact.amount.value === expected.value && fact.amount.currency === expected.currency;
      const ours = fact.paymentId === undefined || fact.paymentId === payment.id;
      return asked && ours ? { status: "succeeded" } : mismatch;
    }
    case "cancelled": {
      const isOver = fact.source === "close" || atExpiry(payment, fact.occurredAt);
      return { status: isOver ? overOf(payment) : "cancelled", failure };
    }
    case "requires_capture":
      // The payer has agreed, and nothing is asked of them any more.
      return { status: "processing", failure };
    case "failed":
    case "processing":
    case "requires_action":
      return { status: fact.status, failure };
  }
}

function standingOf(payment: ChannelPayment, fact: Fact): Standing | undefined {
  switch (fact.type) {
    case "observed":
      return standingOfObserved(payment, fact);
    case "declined":
      // Once it exists at the channel, a refusal of one more create says nothing about it.
      return payment.channelPaymentId === undefined ? { status: "failed", failure: fact.failure } : undefined;
    case "lapsed":
      return { status: overOf(payment) };
    case "called-off":
    case "noted":
      return undefined;
  }
}

/** A channel payment that is not this payment's own: a second one for the same order, or one with a foreign id. */
const isForeign = (payment: ChannelPayment, fact: ObservedFact): boolean =>
  payment.channelPaymentId === undefined
    ? fact.paymentId !== payment.id
    : fact.channelPaymentId !== payment.channelPaymentId;

/** Among states that are not the end the newest observation is right; an end is an end whenever it is heard of. */
function supersedes(payment: ChannelPayment, next: Standing, observedAt: EpochMs): boolean {
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

/** What is said of money that comes now. To the payee only while the payment stands: nobody expects it any more after. */
function landing(
  payment: ChannelPayment,
  status: PaymentStatus,
): { readonly landed?: "payee" | "payer"; readonly isLate?: true } {
  if (status !== "succeeded") return {};
  const isLate = !isOpen(payment) || payment.cancelling === true;
  return {
    ...(isLate ? { isLate } : {}),
    ...(payment.kind === "payment" ? { landed: isLate ? "payer" : "payee" } : {}),
  };
}

/** The payment in its new state. What only concerns an open payment goes with its end. */
function moved(payment: ChannelPayment, next: Standing, observedAt: EpochMs, now: EpochMs): ChannelPayment {
  const changed = next.status !== payment.status || !sameFailure(next.failure, payment.lastFailure);
  const { lastFailure, action, nextCheckAt, ...rest } = { nextCheckAt: 0, ...payment };
  const base = {
    ...rest,
    ...landing(payment, next.status),
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

/** The payment with the channel's ids, which are its own: a foreign one is told apart before. */
function adopted(payment: ChannelPayment, fact: Fact): ChannelPayment {
  if (fact.type !== "observed") return payment;
  // The movement that brought the money stays the one that is told of.
  const isSettled = payment.status === "succeeded" && payment.transactionId !== undefined;
  return {
    ...payment,
    channelPaymentId: fact.channelPaymentId,
    ...(fact.transactionId === undefined || isSettled ? {} : { transactionId: fact.transactionId }),
  };
}

/** From here on its owner expects nothing of it, and it is closed as soon as the channel can. */
function calledOff(payment: ChannelPayment, now: EpochMs): ChannelPayment {
  if (!isOpen(payment) || payment.cancelling === true) return payment;
  const { action, ...rest } = payment;
  return { ...rest, cancelling: true, nextCheckAt: nextCheckOf({ ...payment, cancelling: true }, now) };
}

/**
 * The payment after a fact, and what that asks for. Any order and any repetition of the same facts end in the same
 * status; `succeeded` stays.
 *
 * A payment at a channel receives money once, so one payment does not see both its own amount and another one arrive.
 */
export function fold(payment: ChannelPayment, fact: Fact, now: EpochMs): Folded {
  if (fact.type === "observed" && isForeign(payment, fact)) {
    return { payment, effect: fact.status === "succeeded" ? "suspense" : "none" };
  }
  if (fact.type === "called-off") return { payment: calledOff(payment, now), effect: "none" };
  const known = adopted(payment, fact);
  const next = standingOf(known, fact);
  if (next === undefined || !supersedes(known, next, fact.observedAt))
    return { payment: known, effect: "none" };
  const after = moved(known, next, fact.observedAt, now);
  return { payment: after, effect: effectOf(payment, after) };
}

function effectOf(before: ChannelPayment, after: ChannelPayment): Effect {
  if (after.status === "succeeded") return "credit";
  if (after.inSuspense === true) return "suspense";
  return isOpen(before) && !isOpen(after) ? "ended" : "none";
}

/** Whether two states of a payment differ in more than when they were looked at. */
export const sameState = (a: ChannelPayment, b: ChannelPayment): boolean =>
  a.status === b.status &&
  sameFailure(a.lastFailure, b.lastFailure) &&
  a.channelPaymentId === b.channelPaymentId &&
  a.transactionId === b.transactionId &&
  a.inSuspense === b.inSuspense &&
  a.cancelling === b.cancelling &&
  (a.action === undefined) === (b.action === undefined);
