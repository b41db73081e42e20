/**
 * A like. Its record stays when the like is taken back, marked as such: it carries the event of the first time, so
 * liking again is no news, and nobody is told twice.
 */
import * as z from "zod";
import type { EventHeader } from "../../shared/events/catalogue.ts";
import { accountIdSchema } from "../../shared/http/schemas.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import { type AccountId, derivedId, type PostId } from "../../shared/platform/ids.ts";
import { keys } from "../../shared/table/keys.ts";
import type { Item, UpdateOperation } from "../../shared/table/table.ts";

export type Like = {
  /** Who likes. */
  readonly author: AccountId;
  readonly liked: boolean;
  readonly createdAt: EpochMs;
};

const schema = z.object({ author: accountIdSchema, liked: z.boolean(), createdAt: z.int() });

/** @throws ZodError when the item is not a like. */
export const fromLikeItem = (item: Item): Like => schema.parse(item);

export const isLiked = (item: Item | undefined): boolean => item !== undefined && fromLikeItem(item).liked;

type LikeOf = { readonly postId: PostId; readonly author: AccountId };

/** The write that likes; refused where the post is liked already. */
export function liking(
  { postId, author }: LikeOf,
  { now, correlationId }: { readonly now: EpochMs; readonly correlationId: string },
): UpdateOperation {
  const event: EventHeader<"post.liked"> = {
    id: derivedId("event", postId, author, "post.liked"),
    type: "post.liked",
    at: now,
    correlationId,
  };
  return {
    update: keys.like(postId, author),
    set: "SET postId = :postId, author = :author, liked = :yes, createdAt = :now, #event = if_not_exists(#event, :event)",
    condition: "attribute_not_exists(pk) OR liked = :no",
    names: { "#event": "event" },
    values: {
      ":postId": postId,
      ":author": author,
      ":yes": true,
      ":no": false,
      ":now": now,
      ":event": event,
    },
  };
}

/** The write that takes a like back; refused where there is none. */
export const unliking = ({ postId, author }: LikeOf): UpdateOperation => ({
  update: keys.like(postId, author),
  set: "SET liked = :no",
  condition: "liked = :yes",
  values: { ":yes": true, ":no": false },
});
