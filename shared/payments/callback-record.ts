/**
 * Verified callbacks as they are kept, and those that wait because nothing they refer to is known yet.
 */
import { gunzipSync, gzipSync } from "node:zlib";
import * as z from "zod";
import { paymentIdSchema } from "../http/schemas.ts";
import { DAY, type EpochMs, HOUR, MINUTE, toEpochSeconds } from "../platform/clock.ts";
import type { PaymentId } from "../platform/ids.ts";
import { derivedId } from "../platform/ids.ts";
import { dueKeys, keys, ownerPartitions, timeKey } from "../table/keys.ts";
import type { Item } from "../table/table.ts";

/** How long a callback's exact bytes are kept: longer than any dispute about whether it came. */
export const KEEP_CALLBACKS_MS = 90 * DAY;

/** What is followed up. Everything else that a provider may send is acknowledged and dropped. */
export const followedKinds = ["payment", "refund", "dispute"] as const;
export type FollowedKind = (typeof followedKinds)[number];

export type CallbackRecord = {
  readonly channel: string;
  readonly channelEventId: string;
  /** The provider's event type. */
  readonly type: string;
  readonly kind: FollowedKind;
  readonly paymentId?: PaymentId;
  readonly channelPaymentId?: string;
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
    occurredAt: z.int(),
    receivedAt: z.int(),
  })
  .transform(
    ({ paymentId, channelPaymentId, ...rest }): CallbackRecord => ({
      ...rest,
      ...(paymentId === undefined ? {} : { paymentId }),
      ...(channelPaymentId === undefined ? {} : { channelPaymentId }),
    }),
  );

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

/** What a waiting callback is found by: the channel's id where there is one, as a submit always announces that. */
export const referenceOf = ({ channelPaymentId, paymentId }: CallbackRecord): string | undefined =>
  channelPaymentId ?? paymentId;

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
