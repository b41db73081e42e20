/** Asks a person to be friends, or accepts what they asked. Two requests that cross make a friendship. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { toPersonView } from "../../shared/people/person.ts";
import type { friendsRoutes } from "./contract.ts";
import type { FriendsDeps } from "./deps.ts";

export const putFriend =
  ({ accounts, relations }: FriendsDeps): RouteHandler<typeof friendsRoutes.putFriend> =>
  async ({ params, caller, request }) => {
    if (params.userId === caller.accountId)
      return problem("conflict", { detail: "A person is not their own friend." });
    const person = await accounts.get(params.userId);
    if (person === undefined) return problem("not-found");
    const moved = await relations.move(caller.accountId, person.id, "befriend", request.correlationId);
    if (!moved.ok) {
      // Somebody who blocks the caller, or is blocked, answers like somebody who does not exist.
      return moved.error.code === "invisible"
        ? problem("not-found")
        : problem("temporarily-unavailable", { retryAfterSeconds: 1 });
    }
    const status = moved.value === "friends" ? "friends" : "requested";
    return { body: { person: toPersonView(person), status } };
  };
