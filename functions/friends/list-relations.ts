/**
 * Lists of people by what they are to the caller, newest first. A query of the index and a batch of accounts: half a
 * read unit for each person, and one more for about forty of them.
 */
import type { z } from "zod";
import type { Caller } from "../../shared/http/caller.ts";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { toPersonView } from "../../shared/people/person.ts";
import type { RelationList } from "../../shared/people/relations.ts";
import { toTimestamp } from "../../shared/platform/clock.ts";
import type { PageRequest } from "../../shared/table/page.ts";
import type { friendsRoutes, friendView } from "./contract.ts";
import type { FriendsDeps } from "./deps.ts";

const listPeople = async (
  { accounts, relations }: FriendsDeps,
  caller: Caller,
  list: RelationList,
  page: PageRequest,
) => {
  const found = await relations.list(caller.accountId, list, page, [caller.accountId, list]);
  if (!found.ok) return problem("cursor-invalid");
  const { items, nextCursor } = found.value;
  const people = await accounts.getMany(items.map(({ other }) => other));
  const views = items.flatMap(({ since }, index): z.input<typeof friendView>[] => {
    const person = people[index];
    return person === undefined ? [] : [{ person: toPersonView(person), since: toTimestamp(since) }];
  });
  return { body: { items: views, ...(nextCursor === undefined ? {} : { nextCursor }) } };
};

export const listFriends =
  (deps: FriendsDeps): RouteHandler<typeof friendsRoutes.listFriends> =>
  ({ query, caller }) =>
    listPeople(deps, caller, "friends", query);

export const listFriendRequests =
  (deps: FriendsDeps): RouteHandler<typeof friendsRoutes.listFriendRequests> =>
  ({ query, caller }) =>
    listPeople(deps, caller, "asked", query);
