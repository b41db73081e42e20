/** Ends the caller's block. A block by the other person stays, and the friendship does not come back. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { friendsRoutes } from "./contract.ts";
import type { FriendsDeps } from "./deps.ts";

export const unblockPerson =
  ({ relations }: FriendsDeps): RouteHandler<typeof friendsRoutes.deleteBlock> =>
  async ({ params, caller, request }) => {
    if (params.userId === caller.accountId) return {};
    const moved = await relations.move(caller.accountId, params.userId, "unblock", request.correlationId);
    return moved.ok ? {} : problem("temporarily-unavailable", { retryAfterSeconds: 1 });
  };
