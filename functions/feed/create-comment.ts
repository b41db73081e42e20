/** Comments on a post, once for each idempotency key. */
import { fingerprintOf, idempotentId, keyReused } from "../../shared/http/idempotency.ts";
import { type Problem, problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { derivedId } from "../../shared/platform/ids.ts";
import { keys } from "../../shared/table/keys.ts";
import { type Item, NOT_EXISTS } from "../../shared/table/table.ts";
import { type Comment, fromMarkItem, toCommentItem, toCommentView, toMarkItem } from "./comment.ts";
import { commit } from "./commit.ts";
import { feedRoutes } from "./contract.ts";
import type { FeedDeps } from "./deps.ts";
import { counted } from "./post.ts";
import { readablePost } from "./readable-posts.ts";

const route = feedRoutes.createComment;

/**
 * 3.5 read units; three items in one transaction, 6 write units, with the longest texts 8. A repeated request meets
 * the mark of the first and gets its reply, even where the comment was deleted since: it is not made again.
 */
export const createComment =
  (deps: FeedDeps): RouteHandler<typeof route> =>
  async ({ params, body, caller, idempotencyKey, request }) => {
    const commentId = idempotentId("comment", caller.accountId, route, idempotencyKey);
    const fingerprint = fingerprintOf(params, body);
    const [readable, author] = await Promise.all([
      readablePost(deps, caller.accountId, params.id),
      deps.accounts.get(caller.accountId),
    ]);
    if (author === undefined) throw new Error("a caller has no account");

    const mark = {
      commentId,
      postId: params.id,
      author: author.id,
      createdAt: deps.platform.clock.now(),
      fingerprint,
    };
    const comment: Comment = {
      commentId,
      postId: params.id,
      author: author.id,
      text: body.text,
      createdAt: mark.createdAt,
    };
    const replay = (item: Item) => {
      const first = fromMarkItem(item);
      // An equal fingerprint means an equal text: the mark need not keep it.
      return first.fingerprint === fingerprint
        ? { body: toCommentView({ ...comment, createdAt: first.createdAt }, author), replayed: true }
        : keyReused();
    };
    /** The post may be hidden since the first use of the key: the first answer stands. */
    const refusalOrReplay = async (refusal: Problem) => {
      const existing = await deps.table.get(keys.commentMark(commentId));
      return existing === undefined ? refusal : replay(existing);
    };
    if (readable === undefined) return refusalOrReplay(problem("not-found"));

    const committed = await commit(deps, [
      { put: toMarkItem(mark), condition: NOT_EXISTS },
      {
        put: toCommentItem(comment, {
          id: derivedId("event", commentId, "post.commented"),
          type: "post.commented",
          at: comment.createdAt,
          correlationId: request.correlationId,
        }),
      },
      counted(params.id, "comments", 1),
    ]);
    switch (committed.outcome) {
      case "written":
        return { body: toCommentView(comment, author) };
      case "refused":
        return refusalOrReplay(problem("not-found"));
      case "busy":
        return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
    }
  };
