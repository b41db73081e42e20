/** The inbox on the table, and the settings with the read mark. */
import type { EpochMs } from "../../shared/platform/clock.ts";
import type { AccountId, NotificationId } from "../../shared/platform/ids.ts";
import { ok, type Result } from "../../shared/result.ts";
import type { CursorRefusal } from "../../shared/table/cursor.ts";
import { inboxPartition, keys } from "../../shared/table/keys.ts";
import { type PageRequest, readPage } from "../../shared/table/page.ts";
import { NOT_EXISTS, type Table } from "../../shared/table/table.ts";
import {
  fromNotificationItem,
  type Notification,
  notificationKey,
  toNotificationItem,
} from "./notification.ts";
import { emptyHead, fromHeadItem, type InboxHead, type Preferences } from "./preferences.ts";

export type NotificationPage = { readonly items: readonly Notification[]; readonly nextCursor?: string };

export type Inboxes = {
  /** Written once; a second time changes nothing, what was read stays read. One write unit. */
  readonly put: (notification: Notification) => Promise<void>;
  /** `false` when the person has no such notification. */
  readonly markRead: (accountId: AccountId, id: NotificationId, at: EpochMs) => Promise<boolean>;
  /** Newest first. */
  readonly page: (
    accountId: AccountId,
    request: PageRequest,
    boundTo: readonly string[],
  ) => Promise<Result<NotificationPage, CursorRefusal>>;
  readonly head: (accountId: AccountId) => Promise<InboxHead>;
  /** In the order asked for; eventually consistent. */
  readonly headsOf: (accountIds: readonly AccountId[]) => Promise<readonly InboxHead[]>;
  readonly setPreferences: (accountId: AccountId, preferences: Preferences) => Promise<void>;
  /** Marks everything that has arrived by then as read: one write, however long the inbox is. */
  readonly markAllRead: (accountId: AccountId, at: EpochMs) => Promise<void>;
};

export function createInboxes({ table }: { readonly table: Table }): Inboxes {
  return {
    async put(notification) {
      await table.put({ put: toNotificationItem(notification), condition: NOT_EXISTS });
    },

    async markRead(accountId, id, at) {
      const item = await table.update({
        update: notificationKey(accountId, id),
        set: "SET #readAt = if_not_exists(#readAt, :at)",
        condition: "attribute_exists(pk)",
        names: { "#readAt": "readAt" },
        values: { ":at": at },
      });
      return item !== undefined;
    },

    async page(accountId, request, boundTo) {
      const query = { partition: inboxPartition(accountId), newestFirst: true };
      const page = await readPage(table, query, request, boundTo);
      return page.ok ? ok({ ...page.value, items: page.value.items.map(fromNotificationItem) }) : page;
    },

    async head(accountId) {
      const item = await table.get(keys.preferences(accountId));
      return item === undefined ? emptyHead : fromHeadItem(item);
    },

    async headsOf(accountIds) {
      const items = await table.getMany(accountIds.map((id) => keys.preferences(id)));
      return items.map((item) => (item === undefined ? emptyHead : fromHeadItem(item)));
    },

    async setPreferences(accountId, preferences) {
      await table.update({
        update: keys.preferences(accountId),
        set: "SET #preferences = :preferences",
        names: { "#preferences": "preferences" },
        values: { ":preferences": preferences },
      });
    },

    async markAllRead(accountId, at) {
      await table.update({
        update: keys.preferences(accountId),
        set: "SET #readUpTo = :at",
        // The mark only moves on: of two calls that overtake each other the later one counts.
        condition: "attribute_not_exists(#readUpTo) OR #readUpTo < :at",
        names: { "#readUpTo": "readUpTo" },
        values: { ":at": at },
      });
    },
  };
}
