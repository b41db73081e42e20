/** Facts about a payment: what its channel said, and what followed from that. Each is a line of its history. */
import { hash } from "node:crypto";
import type { ChannelMoney, ChannelPaymentStatus } from "../channels/facts.ts";
import type { EpochMs } from "../platform/clock.ts";
import type { Failure } from "./payment.ts";

/** A verified callback that made us look. */
export type CallbackRef = { readonly eventId: string; readonly type: string };

/** What a channel said about a payment when it was asked. */
export type ObservedFact = {
  readonly type: "observed";
  /** `close` and `cancel`: the answer to our closing it, at its expiry or because its owner called it off. */
  readonly source: "create" | "query" | "capture" | "close" | "cancel";
  readonly channelPaymentId: string;
  readonly transactionId?: string;
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
  /** The payer's time is over, or the owner called it off, and the channel has nothing that could be paid. */
  | { readonly type: "lapsed"; readonly observedAt: EpochMs }
  /** The owner called it off, and the channel could not end it now. */
  | { readonly type: "called-off"; readonly observedAt: EpochMs }
  /** A refund that was begun at the channel itself. It is history; the payment's state does not change. */
  | {
      readonly type: "noted";
      readonly about: "refund" | "dispute";
      readonly callback: CallbackRef;
      readonly observedAt: EpochMs;
      readonly occurredAt: EpochMs;
    };

/** When a fact happened, as far as it says so itself: its place in the payment's history. */
export const occurrenceOf = (fact: Fact): EpochMs =>
  "occurredAt" in fact ? fact.occurredAt : fact.observedAt;

/** 22 characters of SHA-256 over what is said: the id of a line of history. */
export const digestOf = (...said: readonly unknown[]): string =>
  hash("sha256", JSON.stringify(said), "base64url").slice(0, 22);

function contentOf(fact: Fact): readonly unknown[] {
  if (fact.type === "declined") return [fact.failure];
  if (fact.type !== "observed") return [];
  return [
    fact.channelPaymentId,
    fact.rawStatus,
    fact.status,
    fact.amount,
    fact.attemptFailed,
    fact.occurredAt,
    ...(fact.transactionId === undefined ? [] : [fact.transactionId]),
  ];
}

/**
 * Made of what a fact says and of the callback that led to it, but not of when we looked: the same answer heard twice
 * is one fact.
 */
export const factIdOf = (fact: Fact): string =>
  digestOf(fact.type, ("callback" in fact ? fact.callback?.eventId : undefined) ?? "", contentOf(fact));
