/** Friends by request and acceptance, blocks, and finding a person by handle. */
import * as z from "zod";
import type { RouteTable } from "../../shared/http/route.ts";
import {
  accountIdSchema,
  handleSchema,
  pageOf,
  pageQuery,
  timestampSchema,
} from "../../shared/http/schemas.ts";
import { personView } from "../../shared/people/person.ts";

export const friendView = z.object({ person: personView, since: timestampSchema });

/** `requested`: the caller waits for the other; `friends`: both agreed. */
export const relationView = z.object({ person: personView, status: z.enum(["requested", "friends"]) });

const userParams = z.object({ userId: accountIdSchema });

export const friendsRoutes = {
  listFriends: {
    method: "GET",
    path: "/friends",
    auth: "user",
    idempotent: false,
    summary: "The caller's friends",
    query: pageQuery,
    reply: { status: 200, body: pageOf(friendView) },
    problems: ["cursor-invalid"],
  },
  listFriendRequests: {
    method: "GET",
    path: "/friends/requests",
    auth: "user",
    idempotent: false,
    summary: "Requests to the caller that wait for an answer",
    query: pageQuery,
    reply: { status: 200, body: pageOf(friendView) },
    problems: ["cursor-invalid"],
  },
  putFriend: {
    method: "PUT",
    path: "/friends/{userId}",
    auth: "user",
    idempotent: false,
    summary: "Asks a person to be friends, or accepts their request",
    params: userParams,
    reply: { status: 200, body: relationView },
    problems: ["conflict"],
  },
  deleteFriend: {
    method: "DELETE",
    path: "/friends/{userId}",
    auth: "user",
    idempotent: false,
    summary: "Ends a friendship, or takes back or declines a request",
    params: userParams,
    reply: { status: 204 },
    problems: [],
  },
  putBlock: {
    method: "PUT",
    path: "/blocks/{userId}",
    auth: "user",
    idempotent: false,
    summary: "Blocks a person: ends the friendship, and neither sees the other any more",
    params: userParams,
    reply: { status: 204 },
    problems: ["conflict"],
  },
  deleteBlock: {
    method: "DELETE",
    path: "/blocks/{userId}",
    auth: "user",
    idempotent: false,
    summary: "Ends a block",
    params: userParams,
    reply: { status: 204 },
    problems: [],
  },
  findPerson: {
    method: "GET",
    path: "/people",
    auth: "user",
    idempotent: false,
    summary: "A person by their exact handle",
    query: z.object({ handle: handleSchema }),
    reply: { status: 200, body: z.object({ items: z.array(personView).max(1) }) },
    problems: [],
    throttle: { ratePerSecond: 50, burst: 100 },
  },
} as const satisfies RouteTable;
