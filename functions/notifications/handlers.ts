/** The area's routes with their use cases. */
import type { Handlers } from "../../shared/http/serve.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { notificationsRoutes } from "./contract.ts";
import type { Inboxes } from "./inbox.ts";
import { listNotifications } from "./list-notifications.ts";
import { getPreferences, putPreferences } from "./manage-preferences.ts";
import { readAllNotifications, readNotification } from "./read-notifications.ts";

export type NotificationsHandlersDeps = {
  readonly inboxes: Inboxes;
  readonly platform: Pick<Platform, "clock">;
};

export const notificationsHandlers = (
  deps: NotificationsHandlersDeps,
): Handlers<typeof notificationsRoutes> => ({
  listNotifications: listNotifications(deps),
  readNotification: readNotification(deps),
  readAllNotifications: readAllNotifications(deps),
  getPreferences: getPreferences(deps),
  putPreferences: putPreferences(deps),
});
