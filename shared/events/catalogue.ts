/**
 * The catalogue of domain events and who subscribes. A record that changes carries its event, and the event's data is
 * a projection of that record: the schema here says which of its members travel.
 */
import * as z from "zod";
import {
  accountIdSchema,
  campaignIdSchema,
  moneySchema,
  paymentIdSchema,
  postIdSchema,
  transferIdSchema,
} from "../http/schemas.ts";

export const subscribers = ["feed", "referrals", "notifications", "payments"] as const;
export type Subscriber = (typeof subscribers)[number];

export const audiences = ["participants", "friends", "public"] as const;
export const audienceSchema = z.enum(audiences);
export type Audience = z.output<typeof audienceSchema>;

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
    note: z.string().optional(),
    audience: audienceSchema,
  }),
  /** A payment got its reference at the channel: callbacks that came before it can be matched now. */
  "payment.submitted": z.object({
    paymentId: paymentIdSchema,
    channel: z.string(),
    channelPaymentId: z.string(),
  }),
  /** A top-up reached the wallet. */
  "payment.succeeded": z.object({
    paymentId: paymentIdSchema,
    owner: accountIdSchema,
    amount: moneySchema,
    channel: z.string(),
  }),
  /** A payment ended without money. */
  "payment.failed": z.object({
    paymentId: paymentIdSchema,
    owner: accountIdSchema,
    amount: moneySchema,
    status: z.enum(["failed", "cancelled", "expired"]),
  }),
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
  "account.frozen": z.object({ accountId: accountIdSchema }),
  "account.unfrozen": z.object({ accountId: accountIdSchema }),
} as const satisfies Record<string, z.ZodType>;

export type EventType = keyof typeof eventData;
export type EventDataOf<T extends EventType> = z.output<(typeof eventData)[T]>;

/** Who is sent what. An event nobody subscribes to is still in the stream for later. */
export const subscriptions = {
  "account.created": [],
  "transfer.completed": ["feed", "referrals", "notifications"],
  "payment.submitted": ["payments"],
  "payment.succeeded": ["referrals", "notifications"],
  "payment.failed": ["notifications"],
  "callback.received": ["payments"],
  "friend.requested": ["notifications"],
  "friend.accepted": ["notifications"],
  "post.created": [],
  "post.commented": ["notifications"],
  "post.liked": ["notifications"],
  "referral.claimed": ["referrals"],
  "referral.rewarded": ["notifications"],
  "account.frozen": ["notifications"],
  "account.unfrozen": ["notifications"],
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
