/** A post's comments, oldest first. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { commentPrefix, postPartition } from "../../shared/table/keys.ts";
import { readPage } from "../../shared/table/page.ts";
import type { Item } from "../../shared/table/table.ts";
import { fromCommentItem, toCommentView } from "./comment.ts";
import type { feedRoutes } from "./contract.ts";
import type { FeedDeps } from "./deps.ts";
import { filledPage } from "./filled-page.ts";
import { readablePost } from "./readable-posts.ts";
import { visiblePeople } from "./visible-people.ts";

/**
 * What `readablePost` costs, half a read unit for each 4 KiB of comments, and for each of their authors what
 * `visiblePeople` costs.
 */
export const listComments =
  (deps: FeedDeps): RouteHandler<typeof feedRoutes.listComments> =>
  async ({ params, query, caller }) => {
    const viewer = caller.accountId;
    const readable = await readablePost(deps, viewer, params.id);
    if (readable === undefined) return problem("not-found");
    const show = async (items: readonly Item[]) => {
      const comments = items.map(fromCommentItem);
      const authors = comments.map(({ author }) => author);
      const people = await visiblePeople(deps, viewer, readable.post, authors);
      return comments.flatMap((comment) => {
        const author = people.get(comment.author);
        return author === undefined ? [] : [toCommentView(comment, author)];
      });
    };
    const page = await filledPage(
      (cursor) =>
        readPage(
          deps.table,
          {
            partition: postPartition(params.id),
            sort: "begins_with(#sk, :prefix)",
            values: { ":prefix": commentPrefix },
          },
          { limit: query.limit, cursor },
          [viewer, "listComments", params.id],
        ),
      show,
      query.cursor,
    );
    return page.ok ? { body: page.value } : problem("cursor-invalid");
  };
