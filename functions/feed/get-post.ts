/** One post, if the caller may see it; to anyone else there is none. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { keys } from "../../shared/table/keys.ts";
import type { feedRoutes } from "./contract.ts";
import type { FeedDeps } from "./deps.ts";
import { isLiked } from "./like.ts";
import { fromPostItem, toPostView } from "./post.ts";
import { readablePosts } from "./readable-posts.ts";

/** At most 3 read units in three requests, in two rounds. */
export const getPost =
  (deps: FeedDeps): RouteHandler<typeof feedRoutes.getPost> =>
  async ({ params, caller }) => {
    const [item, like] = await deps.table.getMany([
      keys.post(params.id),
      keys.like(params.id, caller.accountId),
    ]);
    if (item === undefined) return problem("not-found");
    const [readable] = await readablePosts(deps, caller.accountId, [fromPostItem(item)]);
    return readable === undefined ? problem("not-found") : { body: toPostView(readable, isLiked(like)) };
  };
