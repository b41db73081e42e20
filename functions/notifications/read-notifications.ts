/** Marking one notification, or all that are there now, as read. Both may be repeated; one write unit each. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { notificationsRoutes } from "./contract.ts";
import type { Inboxes } from "./inbox.ts";

export type ReadNotificationsDeps = {
  readonly inboxes: Pick<Inboxes, "markRead" | "markAllRead">;
  readonly platform: Pick<Platform, "clock">;
};

/** Someone else's notification is not in the caller's inbox, so it is not there. */
export const readNotification =
  ({ inboxes, platform }: ReadNotificationsDeps): RouteHandler<typeof notificationsRoutes.readNotification> =>
  async ({ params, caller }) => {
    const found = await inboxes.markRead(caller.accountId, params.id, platform.clock.now());
    return found ? {} : problem("not-found");
  };

export const readAllNotifications =
  ({
    inboxes,
    platform,
  }: ReadNotificationsDeps): RouteHandler<typeof notificationsRoutes.readAllNotifications> =>
  async ({ caller }) => {
    await inboxes.markAllRead(caller.accountId, platform.clock.now());
    return {};
  };
