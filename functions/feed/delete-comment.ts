/** Removes a comment, text and all. Its author may, even where they no longer see the post, and the post's parties. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { AccountId, PostId } from "../../shared/platform/ids.ts";
import { partiesOfPost } from "../../shared/posts/parties.ts";
import { keys } from "../../shared/table/keys.ts";
import { fromMarkItem } from "./comment.ts";
import { commit } from "./commit.ts";
import type { feedRoutes } from "./contract.ts";
import type { FeedDeps } from "./deps.ts";
import { counted } from "./post.ts";
import { isParty } from "./visibility.ts";

async function isPartyOf({ table }: FeedDeps, person: AccountId, postId: PostId): Promise<boolean> {
  const parties = await partiesOfPost(table, postId);
  return parties !== undefined && isParty(person, parties);
}

/**
 * 4 write units; one read unit, for others than the author half a unit more. Deleting again is well and counts
 * nothing: the mark says that there was a comment, the refused condition that it is gone.
 */
export const deleteComment =
  (deps: FeedDeps): RouteHandler<typeof feedRoutes.deleteComment> =>
  async ({ params, caller }) => {
    const item = await deps.table.get(keys.commentMark(params.commentId));
    const mark = item === undefined ? undefined : fromMarkItem(item);
    if (mark === undefined || mark.postId !== params.id) return problem("not-found");
    const mayDelete =
      mark.author === caller.accountId || (await isPartyOf(deps, caller.accountId, mark.postId));
    if (!mayDelete) return problem("not-found");

    const committed = await commit(deps, [
      {
        delete: keys.comment(mark.postId, mark.createdAt, mark.commentId),
        condition: "attribute_exists(pk)",
      },
      counted(mark.postId, "comments", -1),
    ]);
    return committed.outcome === "busy" ? problem("temporarily-unavailable", { retryAfterSeconds: 1 }) : {};
  };
