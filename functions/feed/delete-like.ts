/** Takes a like back. People may, even from a post that they no longer see. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { commit } from "./commit.ts";
import type { feedRoutes } from "./contract.ts";
import type { FeedDeps } from "./deps.ts";
import { unliking } from "./like.ts";
import { counted } from "./post.ts";
import { readablePost } from "./readable-posts.ts";

/** 4 write units and no read; where there was no like, what `readablePost` costs besides. */
export const deleteLike =
  (deps: FeedDeps): RouteHandler<typeof feedRoutes.deleteLike> =>
  async ({ params, caller }) => {
    const like = { postId: params.id, author: caller.accountId };
    const committed = await commit(deps, [unliking(like), counted(params.id, "likes", -1)]);
    switch (committed.outcome) {
      case "written":
        return {};
      case "busy":
        return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
      case "refused": {
        const readable = await readablePost(deps, caller.accountId, params.id);
        return readable === undefined ? problem("not-found") : {};
      }
    }
  };
