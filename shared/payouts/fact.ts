/** Facts about a payout: what its channel said, and what followed from that. Each is a line of its history. */
import type { ChannelMoney, ChannelPayoutStatus, PayoutFact } from "../channels/facts.ts";
import { type CallbackRef, digestOf } from "../payments/fact.ts";
import type { Failure } from "../payments/payment.ts";
import { present } from "../payments/present.ts";
import type { ResolvedFact } from "../payments/resolution.ts";
import type { EpochMs } from "../platform/clock.ts";

export type PayoutFactLine =
  | {
      readonly type: "observed";
      readonly source: "create" | "query" | "cancel";
      readonly channelPayoutId: string;
      readonly status: ChannelPayoutStatus;
      readonly rawStatus: string;
      readonly failure?: Failure;
      readonly amount: ChannelMoney;
      /** The state is at least as new as this. */
      readonly observedAt: EpochMs;
      /** The channel's own time for it. */
      readonly occurredAt: EpochMs;
      readonly callback?: CallbackRef;
    }
  /** The channel refused to make it, or says that it never did. */
  | { readonly type: "declined"; readonly failure: Failure; readonly observedAt: EpochMs }
  /** Nobody knows whether the channel made it, and it can no longer be asked for safely. */
  | { readonly type: "lost-sight"; readonly observedAt: EpochMs }
  /** Its owner does not want it any more. */
  | { readonly type: "called-off"; readonly observedAt: EpochMs }
  | ResolvedFact;

/** A channel's statement as a line about our payout. @param observedAt our time just before it was asked */
export const observedPayout = (
  fact: PayoutFact,
  source: "create" | "query" | "cancel",
  observedAt: EpochMs,
  callback?: CallbackRef,
): PayoutFactLine =>
  present({
    type: "observed" as const,
    source,
    channelPayoutId: fact.channelPayoutId,
    status: fact.status,
    rawStatus: fact.rawStatus,
    failure: fact.failure,
    amount: fact.amount,
    observedAt,
    occurredAt: fact.occurredAtMs,
    callback,
  });

/**
 * 22 characters over what the line says and the callback that led to it, but not over how and when we looked: the same
 * answer heard twice is one fact.
 */
export function payoutFactIdOf(payoutId: string, fact: PayoutFactLine): string {
  const { observedAt: _, ...said } = fact;
  if (said.type !== "observed") return digestOf("payout", payoutId, said);
  const { source: __, ...rest } = said;
  return digestOf("payout", payoutId, rest);
}
