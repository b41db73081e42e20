/** One message in a person's inbox: identity, codec and view. Pure. */
import * as z from "zod";
import { accountIdSchema, notificationIdSchema } from "../../shared/http/schemas.ts";
import { DAY, type EpochMs, toEpochSeconds, toTimestamp } from "../../shared/platform/clock.ts";
import { type AccountId, derivedTimedId, momentOf, type NotificationId } from "../../shared/platform/ids.ts";
import { type Key, keys } from "../../shared/table/keys.ts";
import type { Item } from "../../shared/table/table.ts";
import type { notificationView } from "./contract.ts";

export type Notification = {
  readonly id: NotificationId;
  readonly accountId: AccountId;
  /** The template's name. */
  readonly type: string;
  readonly title: string;
  readonly body: string;
  /** Ids by name: what the app opens. */
  readonly data: Readonly<Record<string, string>>;
  /** When it happened. */
  readonly createdAt: EpochMs;
  /** When it came into the inbox; later than `createdAt`, sometimes much. */
  readonly arrivedAt: EpochMs;
  readonly readAt?: EpochMs;
};

/** One for an event and a recipient, for ever. */
export const notificationIdOf = (
  event: { readonly id: string; readonly at: EpochMs },
  recipient: AccountId,
): NotificationId => derivedTimedId("notification", event.at, event.id, recipient);

/** The id holds the time, so it leads to the item by itself. */
export const notificationKey = (accountId: AccountId, id: NotificationId): Key =>
  keys.notification(accountId, momentOf(id), id);

/** The inbox forgets after a year. */
const KEEP_MS = 365 * DAY;

const schema = z.object({
  id: notificationIdSchema,
  accountId: accountIdSchema,
  type: z.string(),
  title: z.string(),
  body: z.string(),
  data: z.record(z.string(), z.string()),
  createdAt: z.int(),
  arrivedAt: z.int(),
  readAt: z.int().optional(),
});

/** @throws ZodError when the item is not a notification. */
export const fromNotificationItem = (item: Item): Notification => {
  const { readAt, ...rest } = schema.parse(item);
  return { ...rest, ...(readAt === undefined ? {} : { readAt }) };
};

export const toNotificationItem = (notification: Notification): Item => ({
  ...notificationKey(notification.accountId, notification.id),
  ...notification,
  expiresAt: toEpochSeconds(notification.arrivedAt + KEEP_MS),
});

/**
 * Read by itself, or by a read-all after it had arrived. By arrival and not by `createdAt`: an event that comes late
 * would otherwise be born read.
 */
export const isRead = (notification: Notification, readUpTo: EpochMs): boolean =>
  notification.readAt !== undefined || notification.arrivedAt <= readUpTo;

export const toNotificationView = (
  notification: Notification,
  readUpTo: EpochMs,
): z.input<typeof notificationView> => ({
  id: notification.id,
  type: notification.type,
  title: notification.title,
  body: notification.body,
  data: { ...notification.data },
  read: isRead(notification, readUpTo),
  createdAt: toTimestamp(notification.createdAt),
});
