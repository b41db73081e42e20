/** Asking a channel what became of a payment. Callbacks are hints: what counts is the answer to this question. */
import type { ChannelFailure, ChannelOutcome, PaymentFact } from "../../shared/channels/facts.ts";
import { callLineOf, toCallItem } from "../../shared/payments/call-line.ts";
import type { CallbackRef, ObservedFact } from "../../shared/payments/fact.ts";
import type { OpenedChannel } from "../../shared/payments/open-channels.ts";
import { type ChannelPayment, isOpen, paymentRefOf } from "../../shared/payments/payment.ts";
import { present } from "../../shared/payments/present.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { PaymentDeps } from "./deps.ts";

/** A channel's statement as a fact about our payment. */
export const observed = (
  fact: PaymentFact,
  source: ObservedFact["source"],
  observedAt: EpochMs,
  callback?: CallbackRef,
): ObservedFact =>
  present({
    type: "observed" as const,
    source,
    channelPaymentId: fact.channelPaymentId,
    transactionId: fact.transactionId,
    paymentId: fact.paymentId,
    status: fact.status,
    rawStatus: fact.rawStatus,
    attemptFailed: fact.attemptFailed,
    amount: fact.amount,
    observedAt,
    occurredAt: fact.occurredAtMs,
    callback,
  });

/** Whether a fact is of this stage's world. Test money must never look like real money, nor the other way round. */
export function isOfMode(
  fact: { readonly livemode: boolean },
  { livemode }: OpenedChannel,
  log: Log,
): boolean {
  if (fact.livemode === livemode) return true;
  log.error("livemode-mismatch", new Error("a channel answered from the other mode"));
  return false;
}

/** A call that brought no fact leaves a line in the payment's history: one write unit. */
export async function noteCall(
  { table, platform }: Pick<PaymentDeps, "table" | "platform">,
  paymentId: string,
  operation: string,
  failure: ChannelFailure,
  log: Log,
): Promise<void> {
  const fields = { paymentId, operation, outcome: failure.outcome, detail: failure.detail };
  if (failure.outcome === "declined") {
    log.error("channel-refused", new Error(`the channel refused: ${failure.code}`), fields);
  } else {
    log.warn("channel-unanswered", fields);
  }
  await table.put({ put: toCallItem(paymentId, callLineOf(operation, failure, platform.clock.now())) });
}

/** `no-answer`: ask again later. `refused`: it will not change by asking. */
export type Asked<T> = T | "no-answer" | "refused";

/** The answer of a call as it counts: of our own world, or none. */
export async function answerOf<T extends { readonly livemode: boolean }>(
  deps: PaymentDeps,
  opened: OpenedChannel,
  { paymentId, operation }: { readonly paymentId: string; readonly operation: string },
  outcome: ChannelOutcome<T>,
  log: Log,
): Promise<Asked<T>> {
  if (outcome.outcome === "ok") return isOfMode(outcome.value, opened, log) ? outcome.value : "refused";
  await noteCall(deps, paymentId, operation, outcome, log);
  return outcome.outcome === "declined" ? "refused" : "no-answer";
}

/** Whether its payer's agreement still stands, so that the money may be taken. */
const mayCapture = (payment: ChannelPayment, fact: PaymentFact, now: EpochMs): boolean =>
  fact.status === "requires_capture" &&
  isOpen(payment) &&
  payment.cancelling !== true &&
  now < payment.expiresAt &&
  (payment.channelPaymentId ?? fact.channelPaymentId) === fact.channelPaymentId;

/**
 * Takes the money of a payment whose payer has agreed, where that is ours to do. A payment whose money is not taken
 * lapses at the channel.
 * @returns what the channel says then; the fact as it was when there is nothing to take or the answer did not come.
 */
export async function captured(
  deps: PaymentDeps,
  opened: OpenedChannel,
  payment: ChannelPayment,
  fact: PaymentFact,
  log: Log,
): Promise<{ readonly fact: PaymentFact; readonly isCaptured: boolean }> {
  const { channel, transport } = opened;
  if (channel.capturePayment === undefined || !mayCapture(payment, fact, deps.platform.clock.now()))
    return { fact, isCaptured: false };
  const outcome = await transport.run(channel.capturePayment(paymentRefOf(payment, fact.channelPaymentId)));
  const call = { paymentId: payment.id, operation: "capture" };
  const answer = await answerOf(deps, opened, call, outcome, log);
  return typeof answer === "string" ? { fact, isCaptured: false } : { fact: answer, isCaptured: true };
}

/** The channel's present answer about a payment, with its money taken where that waits for us. */
export async function query(
  deps: PaymentDeps,
  opened: OpenedChannel,
  payment: ChannelPayment,
  channelPaymentId: string,
  log: Log,
  callback?: CallbackRef,
): Promise<Asked<ObservedFact>> {
  const { channel, transport } = opened;
  const askedAt = deps.platform.clock.now();
  const outcome = await transport.run(channel.queryPayment(paymentRefOf(payment, channelPaymentId)));
  const call = { paymentId: payment.id, operation: "query" };
  const answer = await answerOf(deps, opened, call, outcome, log);
  if (typeof answer === "string") return answer;
  const { fact, isCaptured } = await captured(deps, opened, payment, answer, log);
  return observed(fact, isCaptured ? "capture" : "query", askedAt, callback);
}
