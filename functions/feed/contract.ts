/** The feed, posts, comments and likes. */
import * as z from "zod";
import { audienceSchema } from "../../shared/events/catalogue.ts";
import type { RouteTable } from "../../shared/http/route.ts";
import {
  commentIdSchema,
  pageOf,
  pageQuery,
  personText,
  postIdSchema,
  timestampSchema,
} from "../../shared/http/schemas.ts";
import { personView } from "../../shared/people/person.ts";

/** A shared payment. There is no amount: amounts never leave the two parties. */
export const postView = z.object({
  id: postIdSchema,
  kind: z.literal("payment"),
  payer: personView,
  payee: personView,
  note: z.string().optional(),
  /** Who may see it now: the strictest of what the payer asked for and what both parties' settings allow. */
  audience: audienceSchema,
  likes: z.int(),
  comments: z.int(),
  likedByMe: z.boolean(),
  createdAt: timestampSchema,
});

export const likeView = z.object({ person: personView, createdAt: timestampSchema });

export const commentView = z.object({
  id: commentIdSchema,
  postId: postIdSchema,
  author: personView,
  text: z.string(),
  createdAt: timestampSchema,
});

const postParams = z.object({ id: postIdSchema });

export const feedRoutes = {
  getFeed: {
    method: "GET",
    path: "/feed",
    auth: "user",
    idempotent: false,
    summary: "What the caller and their friends shared, newest first",
    query: pageQuery,
    reply: { status: 200, body: pageOf(postView) },
    problems: ["cursor-invalid"],
  },
  getPost: {
    method: "GET",
    path: "/posts/{id}",
    auth: "user",
    idempotent: false,
    summary: "One post, if the caller may see it",
    params: postParams,
    reply: { status: 200, body: postView },
    problems: [],
  },
  createComment: {
    method: "POST",
    path: "/posts/{id}/comments",
    auth: "user",
    idempotent: true,
    summary: "Comments on a post",
    params: postParams,
    body: z.strictObject({ text: personText(500) }),
    reply: { status: 201, body: commentView },
    problems: [],
  },
  listComments: {
    method: "GET",
    path: "/posts/{id}/comments",
    auth: "user",
    idempotent: false,
    summary: "A post's comments, oldest first",
    params: postParams,
    query: pageQuery,
    reply: { status: 200, body: pageOf(commentView) },
    problems: ["cursor-invalid"],
  },
  deleteComment: {
    method: "DELETE",
    path: "/posts/{id}/comments/{commentId}",
    auth: "user",
    idempotent: false,
    summary: "Removes a comment: its author may, and the post's two parties",
    params: z.object({ id: postIdSchema, commentId: commentIdSchema }),
    reply: { status: 204 },
    problems: [],
  },
  putLike: {
    method: "PUT",
    path: "/posts/{id}/like",
    auth: "user",
    idempotent: false,
    summary: "Likes a post",
    params: postParams,
    reply: { status: 204 },
    problems: [],
  },
  deleteLike: {
    method: "DELETE",
    path: "/posts/{id}/like",
    auth: "user",
    idempotent: false,
    summary: "Takes a like back",
    params: postParams,
    reply: { status: 204 },
    problems: [],
  },
  listLikes: {
    method: "GET",
    path: "/posts/{id}/likes",
    auth: "user",
    idempotent: false,
    summary: "Who likes a post",
    params: postParams,
    query: pageQuery,
    reply: { status: 200, body: pageOf(likeView) },
    problems: ["cursor-invalid"],
  },
} as const satisfies RouteTable;
