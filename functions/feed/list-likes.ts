/** Who likes a post, in no particular order. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { toPersonView } from "../../shared/people/person.ts";
import { toTimestamp } from "../../shared/platform/clock.ts";
import { likePrefix, postPartition } from "../../shared/table/keys.ts";
import { readPage } from "../../shared/table/page.ts";
import type { Item } from "../../shared/table/table.ts";
import type { feedRoutes } from "./contract.ts";
import type { FeedDeps } from "./deps.ts";
import { filledPage } from "./filled-page.ts";
import { fromLikeItem } from "./like.ts";
import { readablePost } from "./readable-posts.ts";
import { visiblePeople } from "./visible-people.ts";

/**
 * What `readablePost` costs, half a read unit for about ten likes, those taken back among them, and for each person
 * what `visiblePeople` costs.
 */
export const listLikes =
  (deps: FeedDeps): RouteHandler<typeof feedRoutes.listLikes> =>
  async ({ params, query, caller }) => {
    const viewer = caller.accountId;
    const readable = await readablePost(deps, viewer, params.id);
    if (readable === undefined) return problem("not-found");
    const show = async (items: readonly Item[]) => {
      const likes = items.map(fromLikeItem).filter(({ liked }) => liked);
      const authors = likes.map(({ author }) => author);
      const people = await visiblePeople(deps, viewer, readable.post, authors);
      return likes.flatMap(({ author, createdAt }) => {
        const person = people.get(author);
        return person === undefined
          ? []
          : [{ person: toPersonView(person), createdAt: toTimestamp(createdAt) }];
      });
    };
    const page = await filledPage(
      (cursor) =>
        readPage(
          deps.table,
          {
            partition: postPartition(params.id),
            sort: "begins_with(#sk, :prefix)",
            values: { ":prefix": likePrefix },
          },
          { limit: query.limit, cursor },
          [viewer, "listLikes", params.id],
        ),
      show,
      query.cursor,
    );
    return page.ok ? { body: page.value } : problem("cursor-invalid");
  };
