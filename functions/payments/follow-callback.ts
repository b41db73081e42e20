/**
 * What follows from a verified callback: find what it is about, ask the channel, fold the answer. The callback's own
 * words about state and amount are not used, as callbacks come late, twice and out of order.
 */
import type { CallbackRecord, FollowedKind } from "../../shared/payments/callback-record.ts";
import type { CallbackRef } from "../../shared/payments/fact.ts";
import type { OpenedChannel } from "../../shared/payments/open-channels.ts";
import { type ChannelPayment, isChannelPayment, type Payment } from "../../shared/payments/payment.ts";
import type { ChannelRefund, Refund } from "../../shared/payments/refund.ts";
import { decidedBy } from "../../shared/payments/resolution.ts";
import type { Log } from "../../shared/platform/log.ts";
import { queryDispute } from "./check-dispute.ts";
import type { PaymentDeps } from "./deps.ts";
import { query } from "./observe.ts";
import { observedDispute, recordDispute } from "./record-dispute.ts";
import { recordFact } from "./record-fact.ts";
import { recordRefundFact } from "./record-refund.ts";
import { queryRefund } from "./submit-refund.ts";
import { dropWaiting, keepWaiting } from "./waiting.ts";
import { followPayout } from "./withdrawals/follow-payout.ts";

export type Followed = "followed" | "unmatched";

/**
 * Follows one kind of callback. `unmatched`: nothing it refers to is known yet.
 * @throws Error when the channel does not answer, so that the queue tries again. The sweep would find the same answer
 * later, callback or not.
 */
type Follower = (deps: PaymentDeps, record: CallbackRecord, log: Log) => Promise<Followed>;

const causeOf = ({ channelEventId, type }: CallbackRecord): CallbackRef => ({
  eventId: channelEventId,
  type,
});

/** The payment a callback refers to, by whichever of its ids. */
async function paymentOf(
  { payments }: PaymentDeps,
  { channel, paymentId, channelPaymentId, transactionId }: CallbackRecord,
): Promise<ChannelPayment | undefined> {
  const isOfChannel = (payment: Payment | undefined): payment is ChannelPayment =>
    payment !== undefined && isChannelPayment(payment) && payment.channel === channel;
  const named = paymentId === undefined ? undefined : await payments.get(paymentId);
  if (isOfChannel(named)) return named;
  const known =
    channelPaymentId === undefined ? undefined : await payments.byChannelPayment(channel, channelPaymentId);
  if (isOfChannel(known)) return known;
  const moved =
    transactionId === undefined ? undefined : await payments.byTransaction(channel, transactionId);
  return isOfChannel(moved) ? moved : undefined;
}

/** @throws Error when this stage has no such channel: it had it when the callback was verified. */
async function openedFor({ channels }: PaymentDeps, { channel }: CallbackRecord): Promise<OpenedChannel> {
  const opened = await channels.open(channel);
  if (opened === undefined) throw new Error(`there is no channel ${channel}`);
  return opened;
}

/** What was begun at the channel itself and has no record of ours: it is history, and for people to look at. */
async function note(
  deps: PaymentDeps,
  record: CallbackRecord,
  about: "refund" | "dispute",
  log: Log,
): Promise<Followed> {
  const payment = await paymentOf(deps, record);
  if (payment === undefined) return "unmatched";
  const { occurredAt } = record;
  const observedAt = deps.platform.clock.now();
  const fact = { type: "noted", about, callback: causeOf(record), observedAt, occurredAt } as const;
  await recordFact(deps, payment, fact, { log });
  log.warn("callback-for-people", { paymentId: payment.id, about, type: record.type });
  return "followed";
}

const followPayment: Follower = async (deps, record, log) => {
  const payment = await paymentOf(deps, record);
  if (payment === undefined) return "unmatched";
  const channelPaymentId = record.channelPaymentId ?? payment.channelPaymentId;
  // Nothing can change a payment that succeeded; a second one at the channel under its name is another matter.
  if (payment.status === "succeeded" && channelPaymentId === payment.channelPaymentId) return "followed";
  if (channelPaymentId === undefined) throw new Error(`the payment ${payment.id} cannot be queried`);
  const opened = await openedFor(deps, record);
  const answer = await query(deps, opened, payment, channelPaymentId, log, causeOf(record));
  if (answer === "no-answer") throw new Error(`the channel did not answer about ${channelPaymentId}`);
  if (answer !== "refused") await recordFact(deps, payment, answer, { log });
  return "followed";
};

async function refundOf(
  { refunds }: PaymentDeps,
  { channel, refundId, channelRefundId }: CallbackRecord,
): Promise<ChannelRefund | undefined> {
  const isOfChannel = (refund: Refund | undefined): refund is ChannelRefund =>
    refund?.to === "channel" && refund.channel === channel;
  const named = refundId === undefined ? undefined : await refunds.byId(refundId);
  if (isOfChannel(named)) return named;
  const known =
    channelRefundId === undefined ? undefined : await refunds.byChannelRefund(channel, channelRefundId);
  return isOfChannel(known) ? known : undefined;
}

const followRefund: Follower = async (deps, record, log) => {
  const refund = await refundOf(deps, record);
  if (refund === undefined) return note(deps, record, "refund", log);
  const channelRefundId = refund.channelRefundId ?? record.channelRefundId;
  // Its id is learnt by asking for it again, which the sweep does.
  if (channelRefundId === undefined) return "followed";
  // Nothing follows what failed at the channel itself; people may have been wrong about it.
  if (refund.status === "failed" && decidedBy(refund) === "channel") return "followed";
  const opened = await openedFor(deps, record);
  const answer = await queryRefund(deps, { ...refund, channelRefundId }, opened, log, causeOf(record));
  if (answer === "no-answer") throw new Error(`the channel did not answer about ${channelRefundId}`);
  if (answer !== "refused") await recordRefundFact(deps, refund, answer, { log });
  return "followed";
};

const followDispute: Follower = async (deps, record, log) => {
  const { channelDisputeId, channel } = record;
  const opened = await openedFor(deps, record);
  if (channelDisputeId === undefined || opened.channel.queryDispute === undefined)
    return note(deps, record, "dispute", log);
  const askedAt = deps.platform.clock.now();
  const fact = await queryDispute(opened, channelDisputeId, log);
  if (fact === "no-answer") throw new Error(`the channel did not answer about ${channelDisputeId}`);
  if (fact === "refused") return note(deps, record, "dispute", log);
  const known = await deps.disputes.byChannelDispute(channel, channelDisputeId);
  const { channelPaymentId, transactionId } = fact;
  const payment = await paymentOf(deps, {
    ...record,
    ...(known === undefined ? {} : { paymentId: known.paymentId }),
    ...(channelPaymentId === undefined ? {} : { channelPaymentId }),
    ...(transactionId === undefined ? {} : { transactionId }),
  });
  if (payment === undefined) return "unmatched";
  const line = observedDispute(fact, askedAt, causeOf(record));
  await recordDispute(deps, payment, channelDisputeId, line, log);
  return "followed";
};

/** By what they are about; another kind is a line here. */
const followers: Readonly<Record<FollowedKind, Follower>> = {
  payment: followPayment,
  refund: followRefund,
  payout: followPayout,
  dispute: followDispute,
};

/**
 * Follows a callback up, or keeps it aside until what it is about is known. Looking again after keeping it aside
 * closes the gap in which that became known: whoever comes second sees the other.
 */
export async function followCallback(deps: PaymentDeps, record: CallbackRecord, log: Log): Promise<Followed> {
  const follow = () => followers[record.kind](deps, record, log);
  if ((await follow()) === "followed") return "followed";
  const kept = await keepWaiting(deps.table, record, deps.platform.clock.now());
  if (!kept) {
    log.warn("callback-refers-to-nothing", { type: record.type });
    return "unmatched";
  }
  if ((await follow()) === "unmatched") {
    log.warn("callback-waits", { type: record.type, channelPaymentId: record.channelPaymentId });
    return "unmatched";
  }
  await dropWaiting(deps.table, record);
  return "followed";
}

/** Tries a callback that was kept aside. */
export async function retryWaiting(deps: PaymentDeps, record: CallbackRecord, log: Log): Promise<Followed> {
  const followed = await followCallback(deps, record, log);
  if (followed === "followed") await dropWaiting(deps.table, record);
  return followed;
}
