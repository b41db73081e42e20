/** Ends a friendship, declines a request or takes one back. It answers the same whether or not there was one. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { friendsRoutes } from "./contract.ts";
import type { FriendsDeps } from "./deps.ts";

export const deleteFriend =
  ({ relations }: FriendsDeps): RouteHandler<typeof friendsRoutes.deleteFriend> =>
  async ({ params, caller, request }) => {
    if (params.userId === caller.accountId) return {};
    const moved = await relations.move(caller.accountId, params.userId, "leave", request.correlationId);
    return moved.ok ? {} : problem("temporarily-unavailable", { retryAfterSeconds: 1 });
  };
