/**
 * Finds a person by their exact handle, never by a part of it: a list of people cannot be read off. Who blocks the
 * caller, or is blocked, is not found.
 */
import type { RouteHandler } from "../../shared/http/serve.ts";
import { toPersonView } from "../../shared/people/person.ts";
import type { friendsRoutes } from "./contract.ts";
import type { FriendsDeps } from "./deps.ts";

export const findPerson =
  ({ accounts, relations }: FriendsDeps): RouteHandler<typeof friendsRoutes.findPerson> =>
  async ({ query, caller }) => {
    const id = await accounts.idByHandle(query.handle);
    if (id === undefined) return { body: { items: [] } };
    const [person, blocked] = await Promise.all([
      accounts.get(id),
      relations.blockedEitherWay(caller.accountId, id),
    ]);
    return { body: { items: person === undefined || blocked ? [] : [toPersonView(person)] } };
  };
