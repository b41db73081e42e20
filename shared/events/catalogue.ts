/**
 * The catalogue of domain events and who subscribes. A record that changes carries its event, and the event's data is
 * a projection of that record: the schema here says which of its members travel.
 */
import * as z from "zod";
import {
  accountIdSchema,
  campaignIdSchema,
  disputeIdSchema,
  moneySchema,
  paymentIdSchema,
  paymentRequestIdSchema,
  payoutIdSchema,
  postIdSchema,
  reconciliationIdSchema,
  refundIdSchema,
  transferIdSchema,
} from "../http/schemas.ts";

export const subscribers = [
  "feed",
  "referrals",
  "notifications",
  "payments",
  "reconciliation",
  "risk",
] as const;
export type Subscriber = (typeof subscribers)[number];

export const audiences = ["participants", "friends", "public"] as const;
export const audienceSchema = z.enum(audiences);
export type Audience = z.output<typeof audienceSchema>;

const paymentRequestData = z.object({
  requestId: paymentRequestIdSchema,
  requester: accountIdSchema,
  payer: accountIdSchema,
  amount: moneySchema,
});

const withdrawalData = z.object({
  withdrawalId: payoutIdSchema,
  owner: accountIdSchema,
  amount: moneySchema,
  channel: z.string(),
});

/** Event type → the members of the record that travel as the event's data. */
export const eventData = {
  /** A person's first authenticated call made their account. */
  "account.created": z.object({ accountId: accountIdSchema, handle: z.string() }),
  /** Money moved from one person to another. */
  "transfer.completed": z.object({
    transferId: transferIdSchema,
    payer: accountIdSchema,
    payee: accountIdSchema,
    amount: moneySchema,
    /** What the payer sold for it, where currencies were exchanged; the payee is never told. */
    paid: moneySchema.optional(),
    note: z.string().optional(),
    audience: audienceSchema,
  }),
  /** `requester` asked `payer` for money. */
  "request.created": paymentRequestData,
  "request.reminded": paymentRequestData,
  /** Its transfer tells both sides already. */
  "request.paid": paymentRequestData,
  "request.declined": paymentRequestData,
  /** The requester took it back. */
  "request.cancelled": paymentRequestData,
  /** A payment got its reference at the channel: callbacks that came before it can be matched now. */
  "payment.submitted": z.object({
    paymentId: paymentIdSchema,
    channel: z.string(),
    channelPaymentId: z.string(),
  }),
  /** Money from a channel reached its owner's own wallet: a top-up, or a payment to a person that came too late. */
  "payment.succeeded": z.object({
    paymentId: paymentIdSchema,
    owner: accountIdSchema,
    amount: moneySchema,
    channel: z.string(),
  }),
  /** Money came through a channel, whoever it is for now. */
  "payment.settled": z.object({ paymentId: paymentIdSchema, channel: z.string() }),
  /** A payment ended without money. */
  "payment.failed": z.object({
    paymentId: paymentIdSchema,
    owner: accountIdSchema,
    amount: moneySchema,
    status: z.enum(["failed", "cancelled", "expired"]),
    /** Who was to be paid; nobody for a top-up. */
    payee: accountIdSchema.optional(),
  }),
  /** Money of a payment went back to who had paid. */
  "payment.refunded": z.object({
    paymentId: paymentIdSchema,
    refundId: refundIdSchema,
    owner: accountIdSchema,
    /** Who gave it back; the owner for money in their own wallet. */
    from: accountIdSchema,
    amount: moneySchema,
    to: z.enum(["balance", "channel"]),
  }),
  /** The payer contests a payment through the channel, or that was decided. */
  "payment.disputed": z.object({
    paymentId: paymentIdSchema,
    disputeId: disputeIdSchema,
    owner: accountIdSchema,
    /** Who has the contested money; nobody while it waits in suspense. */
    from: accountIdSchema.optional(),
    amount: moneySchema,
    status: z.enum(["open", "won", "lost"]),
  }),
  /** The channel has delivered a withdrawal. */
  "withdrawal.succeeded": withdrawalData,
  /** A withdrawal ended without money leaving: what was held is free again. */
  "withdrawal.failed": withdrawalData.extend({ status: z.enum(["failed", "cancelled"]) }),
  /** A withdrawal's money came back, or nobody took it: it is in its owner's wallet again. */
  "withdrawal.returned": withdrawalData,
  /** The owner has to confirm a withdrawal with the channel, or to accept it there. */
  "withdrawal.action-required": withdrawalData,
  /** A channel's callback was verified and stored. */
  "callback.received": z.object({
    channel: z.string(),
    channelEventId: z.string(),
    paymentId: paymentIdSchema.optional(),
    channelPaymentId: z.string().optional(),
  }),
  /** `from` asked `to` to be friends. */
  "friend.requested": z.object({ from: accountIdSchema, to: accountIdSchema }),
  /** `from` accepted what `to` had asked: in both, `to` is the person to tell. */
  "friend.accepted": z.object({ from: accountIdSchema, to: accountIdSchema }),
  "post.created": z.object({ postId: postIdSchema, author: accountIdSchema, counterparty: accountIdSchema }),
  "post.commented": z.object({ postId: postIdSchema, commentId: z.string(), author: accountIdSchema }),
  "post.liked": z.object({ postId: postIdSchema, author: accountIdSchema }),
  /** A person said who invited them: what they did before may qualify them already. */
  "referral.claimed": z.object({
    campaignId: campaignIdSchema,
    inviter: accountIdSchema,
    invited: accountIdSchema,
  }),
  /** The inviter's and the invited person's rewards were paid. */
  "referral.rewarded": z.object({
    campaignId: campaignIdSchema,
    inviter: accountIdSchema,
    invited: accountIdSchema,
    inviterReward: moneySchema,
    invitedReward: moneySchema,
  }),
  /** A channel's statement of a day is to be compared with the ledger. */
  "reconciliation.requested": z.object({
    reconciliationId: reconciliationIdSchema,
    channel: z.string(),
    day: z.string(),
  }),
  /** `reason`: the code of the reason that was added or taken away. */
  "account.frozen": z.object({ accountId: accountIdSchema, reason: z.string().optional() }),
  "account.unfrozen": z.object({ accountId: accountIdSchema, reason: z.string().optional() }),
  /** A new PIN waits for its time, as somebody who signed in for it says that the one in force was forgotten. */
  "pin.reset-requested": z.object({
    accountId: accountIdSchema,
    /** Epoch milliseconds. */
    reset: z.object({ requestedAt: z.int(), inForceAt: z.int() }),
  }),
  /** It was called off, or a freeze stopped it: the old PIN stays. */
  "pin.reset-cancelled": z.object({ accountId: accountIdSchema }),
  /** It is the account's PIN now. */
  "pin.reset-completed": z.object({ accountId: accountIdSchema }),
} as const satisfies Record<string, z.ZodType>;

export type EventType = keyof typeof eventData;
export type EventDataOf<T extends EventType> = z.output<(typeof eventData)[T]>;

/** Who is sent what. An event nobody subscribes to is still in the stream for later. */
export const subscriptions = {
  "account.created": [],
  "transfer.completed": ["feed", "referrals", "notifications", "risk"],
  "request.created": ["notifications"],
  "request.reminded": ["notifications"],
  "request.paid": [],
  "request.declined": ["notifications"],
  "request.cancelled": [],
  "payment.submitted": ["payments"],
  "payment.succeeded": ["referrals", "notifications", "risk"],
  "payment.settled": ["payments"],
  "payment.failed": ["payments", "notifications", "risk"],
  "payment.refunded": ["notifications"],
  "payment.disputed": ["payments", "notifications"],
  "withdrawal.succeeded": ["notifications"],
  "withdrawal.failed": ["notifications"],
  "withdrawal.returned": ["notifications"],
  "withdrawal.action-required": ["notifications"],
  "callback.received": ["payments"],
  "friend.requested": ["notifications"],
  "friend.accepted": ["notifications"],
  "post.created": [],
  "post.commented": ["notifications"],
  "post.liked": ["notifications"],
  "referral.claimed": ["referrals"],
  "referral.rewarded": ["notifications"],
  "reconciliation.requested": ["reconciliation"],
  "account.frozen": ["notifications"],
  "account.unfrozen": ["notifications"],
  "pin.reset-requested": ["notifications"],
  "pin.reset-cancelled": ["notifications"],
  "pin.reset-completed": ["notifications"],
} as const satisfies Record<EventType, readonly Subscriber[]>;

/** An event as a record carries it and as a queue message holds it. */
export type EventHeader<T extends EventType = EventType> = {
  readonly id: string;
  readonly type: T;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Hands a request's correlation id on to every worker that follows from it. */
  readonly correlationId: string;
};

export type DomainEvent = {
  readonly [T in EventType]: EventHeader<T> & { readonly data: EventDataOf<T> };
}[EventType];

export type EventOf<T extends EventType> = Extract<DomainEvent, { type: T }>;

export const isEventType = (text: string): text is EventType => Object.hasOwn(eventData, text);
