/**
 * The people whose comments and likes a viewer is shown: a block between two people lets neither see the other,
 * below other people's posts too. The parties of the post see everybody there, as what stands below it is theirs to
 * remove.
 */
import type { Account } from "../../shared/accounts/account.ts";
import { isBlockedEitherWay } from "../../shared/people/relation.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import type { FeedDeps } from "./deps.ts";
import type { Post } from "./post.ts";
import { peopleById } from "./readable-posts.ts";
import { isParty } from "./visibility.ts";

/** Half a read unit a person, and as much again for viewers who are not a party. */
export async function visiblePeople(
  { accounts, relations }: Pick<FeedDeps, "accounts" | "relations">,
  viewer: AccountId,
  post: Post,
  ids: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, Account>> {
  const [people, statuses] = await Promise.all([
    peopleById(accounts, ids),
    relations.betweenMany(viewer, isParty(viewer, post) ? [] : ids),
  ]);
  return new Map([...people].filter(([id]) => !isBlockedEitherWay(statuses.get(id) ?? "none")));
}
