/**
 * Money moved and the payer wished to share it: makes the post, once, and spreads it. The event may come twice and a
 * run may end anywhere: the post's id is derived from the transfer, and spreading goes on from wherever it was left.
 */
import type { EventOf } from "../../shared/events/catalogue.ts";
import type { EventHandler } from "../../shared/events/consume.ts";
import { derivedId, type PostId } from "../../shared/platform/ids.ts";
import { keys } from "../../shared/table/keys.ts";
import { NOT_EXISTS } from "../../shared/table/table.ts";
import type { FeedDeps } from "./deps.ts";
import { fromPostItem, type Post, toPostItem } from "./post.ts";
import { spreadPost } from "./spread-post.ts";
import { strictest } from "./visibility.ts";

export type PostingDeps = Pick<FeedDeps, "table" | "accounts" | "relations">;

type Completed = EventOf<"transfer.completed">;

/** The post that this transfer makes; none where one of the parties does not allow it. */
async function postOf({ accounts }: PostingDeps, { data, at }: Completed): Promise<Post | undefined> {
  const [payer, payee] = await Promise.all([accounts.get(data.payer), accounts.get(data.payee)]);
  if (payer === undefined || payee === undefined) throw new Error("a party of a transfer has no account");
  const audience = strictest(data.audience, payer.paymentAudience, payee.paymentAudience);
  if (audience === "participants") return undefined;
  return {
    postId: derivedId("post", data.transferId),
    author: data.payer,
    counterparty: data.payee,
    audience,
    ...(data.note === undefined ? {} : { note: data.note }),
    createdAt: at,
    likes: 0,
    comments: 0,
  };
}

const storedPost = async ({ table }: PostingDeps, postId: PostId): Promise<Post | undefined> => {
  const item = await table.get(keys.post(postId));
  return item === undefined ? undefined : fromPostItem(item);
};

/** Writes the post, or gives the one that is there: two runs at once make one. */
async function makePost(deps: PostingDeps, event: Completed): Promise<Post | undefined> {
  const post = await postOf(deps, event);
  if (post === undefined) return undefined;
  const item = toPostItem(post, {
    id: derivedId("event", post.postId, "post.created"),
    type: "post.created",
    at: event.at,
    correlationId: event.correlationId,
  });
  const written = await deps.table.put({ put: item, condition: NOT_EXISTS });
  return written ? post : storedPost(deps, post.postId);
}

/**
 * A transfer that is not shared costs nothing; a shared one 3 read units and one write unit for the post, and what
 * `spreadPost` costs.
 */
export const onTransferCompleted =
  (deps: PostingDeps): EventHandler<"transfer.completed"> =>
  async (event) => {
    if (event.data.audience === "participants") return;
    // What an earlier run decided stands, whatever became of the parties' settings.
    const known = await storedPost(deps, derivedId("post", event.data.transferId));
    const post = known ?? (await makePost(deps, event));
    if (post !== undefined) await spreadPost(deps, post);
  };
