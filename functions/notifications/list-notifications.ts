/** The caller's inbox, newest first: one query and one read. */
import { problem } from "../../shared/http/problems.ts";
import { routeKey } from "../../shared/http/route.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { notificationsRoutes } from "./contract.ts";
import type { Inboxes } from "./inbox.ts";
import { toNotificationView } from "./notification.ts";

const route = notificationsRoutes.listNotifications;

export const listNotifications =
  ({ inboxes }: { readonly inboxes: Pick<Inboxes, "page" | "head"> }): RouteHandler<typeof route> =>
  async ({ query, caller }) => {
    const [page, head] = await Promise.all([
      inboxes.page(caller.accountId, query, [caller.accountId, routeKey(route)]),
      inboxes.head(caller.accountId),
    ]);
    if (!page.ok) return problem("cursor-invalid");
    return {
      body: {
        ...page.value,
        items: page.value.items.map((notification) => toNotificationView(notification, head.readUpTo)),
      },
    };
  };
