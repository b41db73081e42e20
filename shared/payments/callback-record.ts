/**
 * Verified callbacks as they are kept, and those that wait because nothing they refer to is known yet.
 */
import { gunzipSync, gzipSync } from "node:zlib";
import * as z from "zod";
import { paymentIdSchema, payoutIdSchema, refundIdSchema } from "../http/schemas.ts";
import { DAY, type EpochMs, HOUR, MINUTE, toEpochSeconds } from "../platform/clock.ts";
import type { PaymentId, PayoutId, RefundId } from "../platform/ids.ts";
import { derivedId } from "../platform/ids.ts";
import { dueKeys, keys, ownerPartitions, timeKey } from "../table/keys.ts";
import type { Item } from "../table/table.ts";
import { present } from "./present.ts";

/** How long a callback's exact bytes are kept: longer than any dispute about whether it came. */
export const KEEP_CALLBACKS_MS = 90 * DAY;

/** What is followed up. Everything else that a provider may send is acknowledged and dropped. */
export const followedKinds = ["payment", "refund", "payout", "dispute"] as const;
export type FollowedKind = (typeof followedKinds)[number];

export type CallbackRecord = {
  readonly channel: string;
  readonly channelEventId: string;
  /** The provider's event type. */
  readonly type: string;
  readonly kind: FollowedKind;
  readonly paymentId?: PaymentId;
  readonly channelPaymentId?: string;
  readonly transactionId?: string;
  readonly refundId?: RefundId;
  readonly channelRefundId?: string;
  readonly payoutId?: PayoutId;
  readonly channelPayoutId?: string;
  readonly channelDisputeId?: string;
  readonly occurredAt: EpochMs;
  readonly receivedAt: EpochMs;
};

const recordSchema = z
  .object({
    channel: z.string(),
    channelEventId: z.string(),
    type: z.string(),
    kind: z.enum(followedKinds),
    paymentId: paymentIdSchema.optional(),
    channelPaymentId: z.string().optional(),
    transactionId: z.string().optional(),
    refundId: refundIdSchema.optional(),
    channelRefundId: z.string().optional(),
    payoutId: payoutIdSchema.optional(),
    channelPayoutId: z.string().optional(),
    channelDisputeId: z.string().optional(),
    occurredAt: z.int(),
    receivedAt: z.int(),
  })
  .transform((record): CallbackRecord => present(record));

/**
 * A callback with its exact bytes, compressed: providers send several KiB of repetitive JSON, and every KiB is a
 * write unit. It announces `callback.received`.
 */
export const toCallbackItem = (record: CallbackRecord, rawBody: Uint8Array, correlationId: string): Item => ({
  ...keys.callback(record.channel, record.channelEventId),
  ...record,
  rawBodyGzip: gzipSync(rawBody),
  expiresAt: toEpochSeconds(record.receivedAt + KEEP_CALLBACKS_MS),
  event: {
    id: derivedId("event", "callback", record.channel, record.channelEventId),
    type: "callback.received",
    at: record.receivedAt,
    correlationId,
  },
});

/** @throws ZodError when the item is not a callback. */
export const fromCallbackItem = (item: Item): CallbackRecord => recordSchema.parse(item);

/** The bytes as they arrived. @throws when the item holds none. */
export const rawBodyOf = (item: Item): Uint8Array =>
  gunzipSync(z.object({ rawBodyGzip: z.instanceof(Uint8Array) }).parse(item).rawBodyGzip);

/** What a waiting callback is found by: the payment's id at the channel where it names one, as a submit announces that. */
export const referenceOf = (record: CallbackRecord): string | undefined =>
  record.channelPaymentId ??
  record.paymentId ??
  record.transactionId ??
  record.channelRefundId ??
  record.refundId ??
  record.channelPayoutId ??
  record.payoutId ??
  record.channelDisputeId;

/** A callback that has waited longer is left to people: it stays in their list, and is not tried again. */
const TRIED_FOR_MS = 3 * DAY;

/** When a waiting callback is tried next: its age from now, from every five minutes to every six hours. */
export const nextTryAt = (receivedAt: EpochMs, now: EpochMs): EpochMs | undefined => {
  const age = now - receivedAt;
  return age > TRIED_FOR_MS ? undefined : now + Math.min(Math.max(age, 5 * MINUTE), 6 * HOUR);
};

/** A callback in the waiting list; ops sees it through the index by owner. */
export const toWaitingItem = (record: CallbackRecord, reference: string, now: EpochMs): Item => {
  const dueAt = nextTryAt(record.receivedAt, now);
  return {
    ...keys.waitingCallback(reference, record.channel, record.channelEventId),
    ...record,
    reference,
    ownerPk: ownerPartitions.waitingCallbacks(),
    ownerSk: `${timeKey(record.receivedAt)}#${record.channelEventId}`,
    expiresAt: toEpochSeconds(record.receivedAt + KEEP_CALLBACKS_MS),
    ...(dueAt === undefined ? {} : dueKeys(record.channelEventId, dueAt)),
  };
};

/** @throws ZodError when the item is not a waiting callback. */
export const fromWaitingItem = (item: Item): CallbackRecord & { readonly reference: string } => ({
  ...recordSchema.parse(item),
  reference: z.object({ reference: z.string() }).parse(item).reference,
});
