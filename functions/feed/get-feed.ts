/** What the caller and their friends shared, newest first. */
import { problem } from "../../shared/http/problems.ts";
import { postIdSchema } from "../../shared/http/schemas.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { AccountId, PostId } from "../../shared/platform/ids.ts";
import { feedPartition, keys, timeKey } from "../../shared/table/keys.ts";
import { readPage } from "../../shared/table/page.ts";
import type { Item } from "../../shared/table/table.ts";
import type { feedRoutes } from "./contract.ts";
import type { FeedDeps } from "./deps.ts";
import { filledPage } from "./filled-page.ts";
import { isLiked } from "./like.ts";
import { fromPostItem, toPostView } from "./post.ts";
import { readablePosts } from "./readable-posts.ts";

const POST_ID_STARTS = timeKey(0).length + 1;

/** A pointer is its key and nothing else: `<time>#<postId>`. @throws ZodError when it is no pointer. */
const postIdOf = (pointer: Item): PostId => postIdSchema.parse(String(pointer["sk"]).slice(POST_ID_STARTS));

/** The posts behind the pointers that the viewer may see, as they are shown. */
async function showPosts(deps: FeedDeps, viewer: AccountId, pointers: readonly Item[]) {
  const items = await deps.table.getMany(pointers.map((pointer) => keys.post(postIdOf(pointer))));
  const posts = items.flatMap((item) => (item === undefined ? [] : [fromPostItem(item)]));
  const readable = await readablePosts(deps, viewer, posts);
  const likes = await deps.table.getMany(readable.map(({ post }) => keys.like(post.postId, viewer)));
  return readable.map((post, index) => toPostView(post, isLiked(likes[index])));
}

/**
 * A page of n pointers costs half a read unit for about fifty of them, and at most 3 for each post: the post, both
 * parties' accounts and relations, and the caller's like, half a unit each, what occurs twice read once. Five
 * requests a page, and at most `MAX_PAGES` pages where nothing on the first ones may be seen.
 */
export const getFeed =
  (deps: FeedDeps): RouteHandler<typeof feedRoutes.getFeed> =>
  async ({ query, caller }) => {
    const viewer = caller.accountId;
    const page = await filledPage(
      (cursor) =>
        readPage(
          deps.table,
          { partition: feedPartition(viewer), newestFirst: true },
          { limit: query.limit, cursor },
          [viewer, "getFeed"],
        ),
      (pointers) => showPosts(deps, viewer, pointers),
      query.cursor,
    );
    return page.ok ? { body: page.value } : problem("cursor-invalid");
  };
