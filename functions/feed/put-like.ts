/** Likes a post, once however often it is asked. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { commit } from "./commit.ts";
import type { feedRoutes } from "./contract.ts";
import type { FeedDeps } from "./deps.ts";
import { liking } from "./like.ts";
import { counted } from "./post.ts";
import { readablePost } from "./readable-posts.ts";

/** At most 2.5 read units; two items in one transaction, 4 write units. */
export const putLike =
  (deps: FeedDeps): RouteHandler<typeof feedRoutes.putLike> =>
  async ({ params, caller, request }) => {
    const readable = await readablePost(deps, caller.accountId, params.id);
    if (readable === undefined) return problem("not-found");
    const like = { postId: params.id, author: caller.accountId };
    const committed = await commit(deps, [
      liking(like, { now: deps.platform.clock.now(), correlationId: request.correlationId }),
      counted(params.id, "likes", 1),
    ]);
    // A refused condition says that the post is liked already.
    return committed.outcome === "busy" ? problem("temporarily-unavailable", { retryAfterSeconds: 1 }) : {};
  };
