/**
 * What follows from a verified callback: find the payment, ask the channel, fold the answer. The callback's own words
 * about the state are not used, as callbacks come late, twice and out of order.
 */
import type { CallbackRecord } from "../../shared/payments/callback-record.ts";
import type { ObservedFact } from "../../shared/payments/fold.ts";
import type { Payment } from "../../shared/payments/payment.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { PaymentDeps } from "./deps.ts";
import { query } from "./observe.ts";
import { recordFact } from "./record-fact.ts";
import { dropWaiting, keepWaiting } from "./waiting.ts";

export type Followed = "followed" | "unmatched";

async function paymentOf({ payments }: PaymentDeps, record: CallbackRecord): Promise<Payment | undefined> {
  const named = record.paymentId === undefined ? undefined : await payments.get(record.paymentId);
  if (named?.channel === record.channel) return named;
  return record.channelPaymentId === undefined
    ? undefined
    : payments.byChannelPayment(record.channel, record.channelPaymentId);
}

/**
 * @throws Error when the channel does not answer, so that the queue tries again. The sweep would find the same
 * answer later, callback or not.
 */
async function follow(deps: PaymentDeps, payment: Payment, record: CallbackRecord, log: Log): Promise<void> {
  const callback = { eventId: record.channelEventId, type: record.type };
  const now = deps.platform.clock.now();
  if (record.kind !== "payment") {
    const { kind: about, occurredAt } = record;
    await recordFact(deps, payment, { type: "noted", about, callback, observedAt: now, occurredAt }, { log });
    log.warn("callback-for-people", { paymentId: payment.id, about, type: record.type });
    return;
  }
  const channelPaymentId = record.channelPaymentId ?? payment.channelPaymentId;
  // Nothing can change a payment that succeeded; a second one at the channel under its name is another matter.
  if (payment.status === "succeeded" && channelPaymentId === payment.channelPaymentId) return;
  const opened = await deps.channels.open(payment.channel);
  if (opened === undefined || channelPaymentId === undefined) {
    throw new Error(`the payment ${payment.id} cannot be queried`);
  }
  const answer: ObservedFact | "no-answer" | "refused" = await query(
    opened,
    channelPaymentId,
    now,
    log,
    callback,
  );
  if (answer === "no-answer") throw new Error(`the channel did not answer about ${channelPaymentId}`);
  if (answer === "refused") return;
  await recordFact(deps, payment, answer, { log });
}

/**
 * Follows a callback up, or keeps it aside until its payment is known. Looking again after keeping it aside closes
 * the gap in which the payment became known: whoever comes second sees the other.
 */
export async function followCallback(deps: PaymentDeps, record: CallbackRecord, log: Log): Promise<Followed> {
  const found = await paymentOf(deps, record);
  if (found !== undefined) {
    await follow(deps, found, record, log);
    return "followed";
  }
  const kept = await keepWaiting(deps.table, record, deps.platform.clock.now());
  if (!kept) {
    log.warn("callback-refers-to-nothing", { type: record.type });
    return "unmatched";
  }
  const foundNow = await paymentOf(deps, record);
  if (foundNow === undefined) {
    log.warn("callback-waits", { type: record.type, channelPaymentId: record.channelPaymentId });
    return "unmatched";
  }
  await follow(deps, foundNow, record, log);
  await dropWaiting(deps.table, record);
  return "followed";
}

/** Tries a callback that was kept aside. */
export async function retryWaiting(deps: PaymentDeps, record: CallbackRecord, log: Log): Promise<Followed> {
  const followed = await followCallback(deps, record, log);
  if (followed === "followed") await dropWaiting(deps.table, record);
  return followed;
}
