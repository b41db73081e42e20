/** Blocks a person: whatever was between the two ends, and neither finds the other any more. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { friendsRoutes } from "./contract.ts";
import type { FriendsDeps } from "./deps.ts";

export const blockPerson =
  ({ accounts, relations }: FriendsDeps): RouteHandler<typeof friendsRoutes.putBlock> =>
  async ({ params, caller, request }) => {
    if (params.userId === caller.accountId)
      return problem("conflict", { detail: "A person does not block themselves." });
    // Somebody who blocks the caller can be blocked back: the answer does not tell that they do.
    const person = await accounts.get(params.userId);
    if (person === undefined) return problem("not-found");
    const moved = await relations.move(caller.accountId, person.id, "block", request.correlationId);
    return moved.ok ? {} : problem("temporarily-unavailable", { retryAfterSeconds: 1 });
  };
