/** A shared payment: its record, and how the API shows it. It holds no amount, so none can leave the two parties. */
import * as z from "zod";
import type { Account } from "../../shared/accounts/account.ts";
import { type Audience, audienceSchema, type EventHeader } from "../../shared/events/catalogue.ts";
import { accountIdSchema, postIdSchema } from "../../shared/http/schemas.ts";
import { toPersonView } from "../../shared/people/person.ts";
import { type EpochMs, toTimestamp } from "../../shared/platform/clock.ts";
import type { AccountId, PostId } from "../../shared/platform/ids.ts";
import { keys } from "../../shared/table/keys.ts";
import type { Item, UpdateOperation } from "../../shared/table/table.ts";
import type { postView } from "./contract.ts";
import type { SpreadProgress } from "./spread-progress.ts";

export type Post = {
  readonly postId: PostId;
  /** The payer. */
  readonly author: AccountId;
  /** The payee. */
  readonly counterparty: AccountId;
  /** As it was when the post was made; today's is at most as wide. */
  readonly audience: Audience;
  readonly note?: string;
  /** When the money moved. */
  readonly createdAt: EpochMs;
  readonly likes: number;
  readonly comments: number;
  /** How far its pointers were spread, once that takes long. */
  readonly spread?: SpreadProgress;
};

const schema = z.object({
  postId: postIdSchema,
  author: accountIdSchema,
  counterparty: accountIdSchema,
  audience: audienceSchema,
  note: z.string().optional(),
  createdAt: z.int(),
  likes: z.int().min(0),
  comments: z.int().min(0),
  spread: z.object({ side: z.enum(["author", "counterparty"]), through: accountIdSchema }).optional(),
});

/** @throws ZodError when the item is not a post. */
export const fromPostItem = (item: Item): Post => {
  const { note, spread, ...rest } = schema.parse(item);
  return {
    ...rest,
    ...(note === undefined ? {} : { note }),
    ...(spread === undefined ? {} : { spread }),
  };
};

/** Later changes of the record keep the event as it is, so it is announced once. */
export const toPostItem = (post: Post, event: EventHeader<"post.created">): Item => ({
  ...keys.post(post.postId),
  ...post,
  event,
});

/** The write that counts a like or comment more or less; in the transaction with the like or comment itself. */
export const counted = (postId: PostId, counter: "likes" | "comments", by: 1 | -1): UpdateOperation => ({
  update: keys.post(postId),
  set: "ADD #counter :by",
  condition: "attribute_exists(pk)",
  names: { "#counter": counter },
  values: { ":by": by },
});

/** A post that its viewer may see, with what showing it takes. */
export type ReadablePost = {
  readonly post: Post;
  /** As it is now. */
  readonly audience: Audience;
  readonly author: Account;
  readonly counterparty: Account;
};

export const toPostView = (
  { post, audience, author, counterparty }: ReadablePost,
  likedByMe: boolean,
): z.input<typeof postView> => ({
  id: post.postId,
  kind: "payment",
  payer: toPersonView(author),
  payee: toPersonView(counterparty),
  ...(post.note === undefined ? {} : { note: post.note }),
  audience,
  likes: post.likes,
  comments: post.comments,
  likedByMe,
  createdAt: toTimestamp(post.createdAt),
});
