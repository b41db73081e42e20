/**
 * Posts that a viewer may see. Blocks, friendships and both parties' settings are looked up anew each time, so a post
 * is hidden by what changed since, without a write. Eventually consistent: a change of this second may be missed.
 */
import type { Account } from "../../shared/accounts/account.ts";
import type { Accounts } from "../../shared/accounts/store.ts";
import type { AccountId, PostId } from "../../shared/platform/ids.ts";
import { keys } from "../../shared/table/keys.ts";
import type { FeedDeps } from "./deps.ts";
import { fromPostItem, type Post, type ReadablePost } from "./post.ts";
import { audienceNow, isParty, maySee } from "./visibility.ts";

/** Accounts by id, each read once; people who are not found are left out. Half a read unit a person. */
export async function peopleById(
  accounts: Accounts,
  ids: Iterable<AccountId>,
): Promise<ReadonlyMap<AccountId, Account>> {
  const found = await accounts.getMany([...new Set(ids)]);
  return new Map(found.flatMap((account) => (account === undefined ? [] : [[account.id, account] as const])));
}

const partiesOf = (posts: readonly Post[]): AccountId[] =>
  posts.flatMap(({ author, counterparty }) => [author, counterparty]);

/**
 * Those of the posts that the viewer may see, in the same order. Two requests at once: half a read unit for the
 * account of each party, and for the relation of each party of a post that is not the viewer's own.
 */
export async function readablePosts(
  { accounts, relations }: Pick<FeedDeps, "accounts" | "relations">,
  viewer: AccountId,
  posts: readonly Post[],
): Promise<readonly ReadablePost[]> {
  const [people, statuses] = await Promise.all([
    peopleById(accounts, partiesOf(posts)),
    relations.betweenMany(viewer, partiesOf(posts.filter((post) => !isParty(viewer, post)))),
  ]);
  return posts.flatMap((post) => {
    const author = people.get(post.author);
    const counterparty = people.get(post.counterparty);
    // Without both parties nobody knows what they allow.
    if (author === undefined || counterparty === undefined) return [];
    const audience = audienceNow(post, author, counterparty);
    return maySee(viewer, post, audience, (other) => statuses.get(other) ?? "none")
      ? [{ post, audience, author, counterparty }]
      : [];
  });
}

/** One post, if the viewer may see it. 2.5 read units in three requests, 1.5 in two for one of its parties. */
export async function readablePost(
  deps: Pick<FeedDeps, "table" | "accounts" | "relations">,
  viewer: AccountId,
  postId: PostId,
): Promise<ReadablePost | undefined> {
  const item = await deps.table.get(keys.post(postId), { consistent: false });
  if (item === undefined) return undefined;
  const [readable] = await readablePosts(deps, viewer, [fromPostItem(item)]);
  return readable;
}
