/** Lambda entry of the notification routes. */
import { serve } from "../../shared/http/serve.ts";
import { readConfig } from "../../shared/platform/config.ts";
import { userArea, userAreaConfig } from "../../shared/wiring/user-area.ts";
import { notificationsRoutes } from "./contract.ts";
import { notificationsHandlers } from "./handlers.ts";
import { createInboxes } from "./inbox.ts";

const area = userArea(readConfig(userAreaConfig, process.env));

export const handler = serve(
  notificationsRoutes,
  notificationsHandlers({ ...area, inboxes: createInboxes(area) }),
  area,
);
