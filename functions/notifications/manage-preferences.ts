/** What the caller wants to be told where: showing and replacing it. */
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { notificationsRoutes } from "./contract.ts";
import type { Inboxes } from "./inbox.ts";
import { toPreferences } from "./preferences.ts";

export type ManagePreferencesDeps = { readonly inboxes: Pick<Inboxes, "head" | "setPreferences"> };

export const getPreferences =
  ({ inboxes }: ManagePreferencesDeps): RouteHandler<typeof notificationsRoutes.getPreferences> =>
  async ({ caller }) => {
    const { preferences } = await inboxes.head(caller.accountId);
    return { body: preferences };
  };

export const putPreferences =
  ({ inboxes }: ManagePreferencesDeps): RouteHandler<typeof notificationsRoutes.putPreferences> =>
  async ({ body, caller }) => {
    const preferences = toPreferences(body);
    await inboxes.setPreferences(caller.accountId, preferences);
    return { body: preferences };
  };
