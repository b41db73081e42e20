/** The area's routes with their use cases. */
import type { Handlers } from "../../shared/http/serve.ts";
import type { feedRoutes } from "./contract.ts";
import { createComment } from "./create-comment.ts";
import { deleteComment } from "./delete-comment.ts";
import { deleteLike } from "./delete-like.ts";
import type { FeedDeps } from "./deps.ts";
import { getFeed } from "./get-feed.ts";
import { getPost } from "./get-post.ts";
import { listComments } from "./list-comments.ts";
import { listLikes } from "./list-likes.ts";
import { putLike } from "./put-like.ts";

export const feedHandlers = (deps: FeedDeps): Handlers<typeof feedRoutes> => ({
  getFeed: getFeed(deps),
  getPost: getPost(deps),
  createComment: createComment(deps),
  listComments: listComments(deps),
  deleteComment: deleteComment(deps),
  putLike: putLike(deps),
  deleteLike: deleteLike(deps),
  listLikes: listLikes(deps),
});
