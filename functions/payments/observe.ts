/** Asking a channel what became of a payment. Callbacks are hints: what counts is the answer to this question. */
import type { PaymentFact } from "../../shared/channels/channel.ts";
import type { CallbackRef, ObservedFact } from "../../shared/payments/fold.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { OpenedChannel } from "./channels.ts";

/** A channel's statement as a fact about our payment. */
export const observed = (
  fact: PaymentFact,
  source: ObservedFact["source"],
  observedAt: EpochMs,
  callback?: CallbackRef,
): ObservedFact => ({
  type: "observed",
  source,
  channelPaymentId: fact.channelPaymentId,
  ...(fact.paymentId === undefined ? {} : { paymentId: fact.paymentId }),
  status: fact.status,
  rawStatus: fact.rawStatus,
  ...(fact.attemptFailed === undefined ? {} : { attemptFailed: fact.attemptFailed }),
  amount: fact.amount,
  observedAt,
  occurredAt: fact.occurredAtMs,
  ...(callback === undefined ? {} : { callback }),
});

/** Whether a fact is of this stage's world. Test money must never look like real money, nor the other way round. */
export function isOfMode(fact: PaymentFact, { livemode }: OpenedChannel, log: Log): boolean {
  if (fact.livemode === livemode) return true;
  log.error("livemode-mismatch", new Error("a channel answered from the other mode"), {
    channelPaymentId: fact.channelPaymentId,
  });
  return false;
}

/**
 * The channel's present answer. `no-answer` when it could not be had: ask again later. `refused` when it will not
 * change by asking: the channel does not know the payment, or it is of the other mode; it is logged as an error.
 */
export async function query(
  opened: OpenedChannel,
  channelPaymentId: string,
  now: EpochMs,
  log: Log,
  callback?: CallbackRef,
): Promise<ObservedFact | "no-answer" | "refused"> {
  const outcome = await opened.channel.queryPayment({ channelPaymentId });
  switch (outcome.outcome) {
    case "ok":
      return isOfMode(outcome.value, opened, log)
        ? observed(outcome.value, "query", now, callback)
        : "refused";
    case "declined":
      log.error("query-refused", new Error(`the channel refused a query: ${outcome.code}`), {
        channelPaymentId,
      });
      return "refused";
    case "notSent":
    case "unknown":
      log.warn("query-unanswered", { channelPaymentId, detail: outcome.detail });
      return "no-answer";
  }
}
