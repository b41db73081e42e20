/** A comment: its record below the post, the mark that it was made, and how the API shows it. */
import * as z from "zod";
import type { Account } from "../../shared/accounts/account.ts";
import type { EventHeader } from "../../shared/events/catalogue.ts";
import { accountIdSchema, commentIdSchema, postIdSchema } from "../../shared/http/schemas.ts";
import { toPersonView } from "../../shared/people/person.ts";
import { type EpochMs, toTimestamp } from "../../shared/platform/clock.ts";
import type { AccountId, CommentId, PostId } from "../../shared/platform/ids.ts";
import { keys } from "../../shared/table/keys.ts";
import type { Item } from "../../shared/table/table.ts";
import type { commentView } from "./contract.ts";

export type Comment = {
  readonly commentId: CommentId;
  readonly postId: PostId;
  readonly author: AccountId;
  readonly text: string;
  readonly createdAt: EpochMs;
};

/** What stays of a comment for ever, without its text: where it is, whose it is, and which request made it. */
export type CommentMark = Omit<Comment, "text"> & { readonly fingerprint: string };

const markMembers = {
  commentId: commentIdSchema,
  postId: postIdSchema,
  author: accountIdSchema,
  createdAt: z.int(),
};
const commentSchema = z.object({ ...markMembers, text: z.string() });
const markSchema = z.object({ ...markMembers, fingerprint: z.string() });

/** @throws ZodError when the item is not a comment. */
export const fromCommentItem = (item: Item): Comment => commentSchema.parse(item);

/** @throws ZodError when the item is not a comment's mark. */
export const fromMarkItem = (item: Item): CommentMark => markSchema.parse(item);

export const toCommentItem = (comment: Comment, event: EventHeader<"post.commented">): Item => ({
  ...keys.comment(comment.postId, comment.createdAt, comment.commentId),
  ...comment,
  event,
});

export const toMarkItem = (mark: CommentMark): Item => ({ ...keys.commentMark(mark.commentId), ...mark });

export const toCommentView = (comment: Comment, author: Account): z.input<typeof commentView> => ({
  id: comment.commentId,
  postId: comment.postId,
  author: toPersonView(author),
  text: comment.text,
  createdAt: toTimestamp(comment.createdAt),
});
