/**
 * Every key pattern of the single table, in one place. A function's permission to touch the table is given by the
 * leading part of `pk`, so items that different functions may touch have different prefixes.
 */
import type { EpochMs } from "../platform/clock.ts";
import { shardOf } from "../platform/ids.ts";
import { DUE_SHARDS } from "./schema.ts";

export type Key = { readonly pk: string; readonly sk: string };

const single = (pk: string, name: string): Key => ({ pk, sk: name });

/** Fixed width, so that text order is number order. */
const padded = (value: number, width: number): string => String(value).padStart(width, "0");

/** Milliseconds as 13 digits: text order is time order until the year 2286. */
export const timeKey = (at: EpochMs): string => padded(at, 13);

export const keys = {
  /** A person's account record: profile, consents, access state. */
  account: (accountId: string) => single(`ACCOUNT#${accountId}`, "ACCOUNT"),
  /** The account behind a sign-in: `cognito` and its subject, or a network's name and the subject there. */
  link: (issuer: string, subject: string) => single(`LINK#${issuer}#${subject}`, "LINK"),
  handle: (handle: string) => single(`HANDLE#${handle}`, "HANDLE"),
  consent: (accountId: string, at: EpochMs, purpose: string): Key => ({
    pk: `CONSENT#${accountId}`,
    sk: `${timeKey(at)}#${purpose}`,
  }),
  device: (accountId: string, deviceId: string): Key => ({
    pk: devicePartition(accountId),
    sk: `DEVICE#${deviceId}`,
  }),
  /** What a person's PIN is checked against, and the tries. */
  pin: (accountId: string) => single(`PIN#${accountId}`, "PIN"),
  /** One operation that waits for its owner's PIN, or has had it. */
  stepUp: (stepUpId: string) => single(`STEPUP#${stepUpId}`, "STEPUP"),
  /** The device that a push token leads to, by the token's digest: one at a time. */
  pushToken: (digest: string) => single(`PUSHTOKEN#${digest}`, "PUSHTOKEN"),

  /** One entry of a hash-chained ledger account; the newest is the balance. */
  entry: (account: string, currency: string, sequence: number): Key => ({
    pk: chainPartition(account, currency),
    sk: padded(sequence, 12),
  }),
  transfer: (transferId: string) => single(`TRANSFER#${transferId}`, "TRANSFER"),
  hold: (holdId: string) => single(`HOLD#${holdId}`, "HOLD"),
  paymentRequest: (requestId: string) => single(`REQUEST#${requestId}`, "REQUEST"),
  /** That a person is asked to pay, in the order of time; the request itself is read by its id. */
  requestedOf: (payerId: string, at: EpochMs, requestId: string): Key => ({
    pk: requestedPartition(payerId),
    sk: `${timeKey(at)}#${requestId}`,
  }),
  /** Rates of exchange as they were set at a time by a member of ops; the newest are in force. */
  fxRates: (at: EpochMs, setBy: string): Key => ({ pk: fxRatesPartition, sk: `${timeKey(at)}#${setBy}` }),
  quote: (quoteId: string) => single(`QUOTE#${quoteId}`, "QUOTE"),

  /** What is remembered of a person to notice anomalies. */
  riskWatch: (accountId: string): Key => ({ pk: riskPartition(accountId), sk: "WATCH" }),
  /** The last freeze of a person by a rule. */
  riskFreeze: (accountId: string, rule: string): Key => ({
    pk: riskPartition(accountId),
    sk: `${riskFreezePrefix}${rule}`,
  }),

  payment: (paymentId: string) => single(paymentPartition(paymentId), "PAYMENT"),
  /** One observation about a payment, its refunds or its disputes, kept for its history. */
  paymentFact: (paymentId: string, at: EpochMs, factId: string): Key => ({
    pk: paymentPartition(paymentId),
    sk: `FACT#${timeKey(at)}#${factId}`,
  }),
  refund: (paymentId: string, refundId: string): Key => ({
    pk: paymentPartition(paymentId),
    sk: `${refundPrefix}${refundId}`,
  }),
  dispute: (paymentId: string, disputeId: string): Key => ({
    pk: paymentPartition(paymentId),
    sk: `${disputePrefix}${disputeId}`,
  }),
  /** A channel's own id of a payment → our payment. */
  channelPayment: (channel: string, channelPaymentId: string) =>
    single(`CHANNELREF#${channel}#${channelPaymentId}`, "PAYMENT"),
  /** A channel's id of the movement of a payment's money → our payment. */
  channelTransaction: (channel: string, transactionId: string) =>
    single(`CHANNELREF#${channel}#${transactionId}`, "TRANSACTION"),
  /** A channel's own id of a refund → its payment and the refund. */
  channelRefund: (channel: string, channelRefundId: string) =>
    single(`CHANNELREF#${channel}#${channelRefundId}`, "REFUND"),
  /** A channel's own id of a dispute → its payment and the dispute. */
  channelDispute: (channel: string, channelDisputeId: string) =>
    single(`CHANNELREF#${channel}#${channelDisputeId}`, "DISPUTE"),
  /** A withdrawal: money that leaves to its owner as a payout of a channel. */
  payout: (payoutId: string) => single(payoutPartition(payoutId), "PAYOUT"),
  /** One observation about a withdrawal, kept for its history. */
  payoutFact: (payoutId: string, at: EpochMs, factId: string): Key => ({
    pk: payoutPartition(payoutId),
    sk: `FACT#${timeKey(at)}#${factId}`,
  }),
  /** A channel's own id of a payout → our withdrawal. */
  channelPayout: (channel: string, channelPayoutId: string) =>
    single(`CHANNELREF#${channel}#${channelPayoutId}`, "PAYOUT"),
  /** Our id of a refund → its payment: a refund is asked for, and told of, by its id alone. */
  refundMark: (refundId: string) => single(`CHANNELREF#${refundId}`, "REFUND"),
  /** A verified callback, stored once by the channel's event id. */
  callback: (channel: string, eventId: string) => single(`CALLBACK#${channel}#${eventId}`, "CALLBACK"),
  /** A callback that matched nothing yet, found by what it refers to. */
  waitingCallback: (reference: string, channel: string, eventId: string): Key => ({
    pk: waitingPartition(reference),
    sk: `${channel}#${eventId}`,
  }),

  post: (postId: string) => single(postPartition(postId), "POST"),
  /** Below its post, in the order of time. */
  comment: (postId: string, at: EpochMs, commentId: string): Key => ({
    pk: postPartition(postId),
    sk: `${commentPrefix}${timeKey(at)}#${commentId}`,
  }),
  /** That a comment was made, found by its id alone and kept for ever: a deleted one is not made again. */
  commentMark: (commentId: string) => single(`COMMENT#${commentId}`, "COMMENT"),
  like: (postId: string, accountId: string): Key => ({
    pk: postPartition(postId),
    sk: `${likePrefix}${accountId}`,
  }),
  feedPointer: (accountId: string, at: EpochMs, postId: string): Key => ({
    pk: feedPartition(accountId),
    sk: `${timeKey(at)}#${postId}`,
  }),
  /** What another person is to the account; the other side of the pair is the same state, with its owner. */
  relation: (accountId: string, otherId: string): Key => ({
    pk: relationPartition(accountId),
    sk: `PERSON#${otherId}`,
  }),

  campaign: (campaignId: string) => single(`CAMPAIGN#${campaignId}`, "CAMPAIGN"),
  referralCode: (code: string) => single(`REFCODE#${code}`, "REFCODE"),
  /** Who invited a person; one for ever. */
  referral: (invitedId: string) => single(`REFERRAL#${invitedId}`, "REFERRAL"),
  /** What one of the two people was paid for a referral. */
  reward: (invitedId: string, role: "inviter" | "invited"): Key => ({
    pk: `REFERRAL#${invitedId}`,
    sk: `REWARD#${role}`,
  }),
  /** A person's own referral code. */
  inviterCode: (accountId: string): Key => ({ pk: inviterPartition(accountId), sk: "CODE" }),
  /** How many people an inviter brought to a campaign. */
  inviterTally: (accountId: string, campaignId: string): Key => ({
    pk: inviterPartition(accountId),
    sk: `CAMPAIGN#${campaignId}`,
  }),
  /** The last refused claim of a code by a person, with the reason that they are not told. */
  refusal: (accountId: string, code: string): Key => ({ pk: `REFUSAL#${accountId}`, sk: `CODE#${code}` }),

  notification: (accountId: string, at: EpochMs, notificationId: string): Key => ({
    pk: inboxPartition(accountId),
    sk: `${timeKey(at)}#${notificationId}`,
  }),
  preferences: (accountId: string) => single(`PREFERENCES#${accountId}`, "PREFERENCES"),
  delivery: (deliveryId: string) => single(`DELIVERY#${deliveryId}`, "DELIVERY"),

  /** What was observed of a channel's payments on a UTC day at one distance. */
  observation: (channel: string, day: string, distance: string): Key => ({
    pk: routingPartition(channel),
    sk: `DAY#${day}#${distance}`,
  }),
  /** That a payment's end, or a dispute, was counted among the observations. */
  observationMark: (channel: string, mark: string): Key => ({
    pk: routingPartition(channel),
    sk: `MARK#${mark}`,
  }),

  /** One comparison of a channel's statement of a day with the ledger. */
  reconciliation: (reconciliationId: string) =>
    single(`RECONCILIATION#${reconciliationId}`, "RECONCILIATION"),
  /** One difference between a statement and the ledger. */
  exception: (exceptionId: string) => single(`EXCEPTION#${exceptionId}`, "EXCEPTION"),
  /** That a channel's day was compared to its end. */
  reconciledDay: (channel: string, day: string): Key => ({ pk: `RECONCILED#${channel}`, sk: `DAY#${day}` }),
  /** That a transfer was found in the statement of another day than its own. */
  reconciledTransfer: (channel: string, transferId: string): Key => ({
    pk: `RECONCILED#${channel}`,
    sk: `TRANSFER#${transferId}`,
  }),

  audit: () => single("AUDIT#LATEST", "AUDIT"),
} as const;

export const riskPartition = (accountId: string): string => `RISK#${accountId}`;
export const riskFreezePrefix = "FREEZE#";

export const paymentPartition = (paymentId: string): string => `PAYMENT#${paymentId}`;
export const payoutPartition = (payoutId: string): string => `PAYOUT#${payoutId}`;
export const refundPrefix = "REFUND#";
export const disputePrefix = "DISPUTE#";

export const devicePartition = (accountId: string): string => `DEVICE#${accountId}`;

export const routingPartition = (channel: string): string => `ROUTING#${channel}`;

export const waitingPartition = (reference: string): string => `WAITING#${reference}`;

export const requestedPartition = (payerId: string): string => `REQUESTED#${payerId}`;

export const fxRatesPartition = "FXRATES#HISTORY";

export const relationPartition = (accountId: string): string => `FRIENDS#${accountId}`;

export const inviterPartition = (accountId: string): string => `INVITER#${accountId}`;

export const postPartition = (postId: string): string => `POST#${postId}`;
export const commentPrefix = "COMMENT#";
export const likePrefix = "LIKE#";

export const feedPartition = (accountId: string): string => `FEED#${accountId}`;

export const inboxPartition = (accountId: string): string => `INBOX#${accountId}`;

export const chainPartition = (account: string, currency: string): string => `LEDGER#${account}#${currency}`;

/** Partitions of the index by owner. */
export const ownerPartitions = {
  payments: (accountId: string): string => `PAYMENTS#${accountId}`,
  withdrawals: (accountId: string): string => `WITHDRAWALS#${accountId}`,
  /** Requests that a person made to others. */
  requests: (accountId: string): string => `REQUESTS#${accountId}`,
  /** The campaign that new claims go to is looked up here too. */
  campaigns: (): string => "CAMPAIGNS",
  rewardsOf: (accountId: string): string => `REWARDS#${accountId}`,
  waitingCallbacks: (): string => "WAITING",
  reconciliations: (): string => "RECONCILIATIONS",
  exceptions: (status: string): string => `EXCEPTIONS#${status}`,
  /** Friends, or requests that wait for an answer. */
  relations: (accountId: string, list: "friends" | "asked"): string => `RELATIONS#${accountId}#${list}`,
} as const;

/** Index keys that make an item findable when work on it is due. */
export const dueKeys = (id: string, dueAt: EpochMs): { readonly duePk: string; readonly dueAt: number } => ({
  duePk: duePartition(shardOf(id, DUE_SHARDS)),
  dueAt,
});

export const duePartition = (shard: number): string => `DUE#${shard}`;
