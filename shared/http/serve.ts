/**
 * From an area's route table and its handlers to one Lambda handler: routing, authentication, parsing, idempotency
 * key, problem details, logging. Handlers see typed input and answer with a reply or a problem.
 */
import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { z } from "zod";
import type { Platform } from "../platform/platform.ts";
import { bearerOf, type Caller, type CallerResolver } from "./caller.ts";
import {
  httpLog,
  problemReplies,
  type RequestContext,
  type RequestContexts,
  requestContexts,
} from "./middleware.ts";
import { parseRequest } from "./parse-request.ts";
import { isProblem, type Problem, problem, problems, toProblemBody } from "./problems.ts";
import { type Route, type RouteTable, routeKey } from "./route.ts";

type Parsed<S, Otherwise> = S extends z.ZodType ? z.output<S> : Otherwise;

/** What a handler is given. Members a route does not declare are `undefined`. */
export type RouteInput<R extends Route> = {
  readonly params: Parsed<R["params"], undefined>;
  readonly query: Parsed<R["query"], undefined>;
  readonly body: Parsed<R["body"], undefined>;
  readonly caller: R["auth"] extends "user" | "ops" ? Caller : undefined;
  /** Present on routes that require it. */
  readonly idempotencyKey: R["idempotent"] extends true ? string : undefined;
  readonly request: RequestContext;
};

/** What a handler answers: the body in the contract's wire form. */
export type RouteReply<R extends Route> = {
  readonly body?: R["reply"] extends { body: z.ZodType } ? z.input<R["reply"]["body"]> : string | undefined;
  /** Another status than the contract's, for callbacks whose provider dictates it. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** The effect was there already: says so in `Idempotent-Replayed`. */
  readonly replayed?: boolean;
};

/**
 * Written as a method so that a handler of one route fits where a handler of any route is kept: the router hands each
 * only the input that was parsed by its own route.
 */
export type RouteHandler<R extends Route> = {
  handle(input: RouteInput<R>): Promise<RouteReply<R> | Problem>;
}["handle"];

/** One handler for each route of an area: a missing one does not compile. */
export type Handlers<T extends RouteTable> = { readonly [Name in keyof T]: RouteHandler<T[Name]> };

export type ServeDeps = {
  readonly platform: Platform;
  /** Needed where a route has `auth` of `user` or `ops`. */
  readonly resolveCaller?: CallerResolver;
};

type Reply = APIGatewayProxyStructuredResultV2;

const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply => ({
  statusCode: status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(body),
});

/** A problem as a reply. @see RFC 9457 section 3 */
export function renderProblem(value: Problem, request: RequestContext): Reply {
  const { status } = problems[value.problem];
  return {
    statusCode: status,
    headers: {
      "content-type": "application/problem+json",
      ...(status === 401 ? { "www-authenticate": "Bearer" } : {}),
      ...(value.retryAfterSeconds === undefined ? {} : { "retry-after": String(value.retryAfterSeconds) }),
    },
    body: JSON.stringify(toProblemBody(value, request.path)),
  };
}

function renderReply(route: Route, reply: RouteReply<Route>): Reply {
  const status = reply.status ?? route.reply.status;
  const headers = {
    ...reply.headers,
    ...(reply.replayed === true ? { "idempotent-replayed": "true" } : {}),
  };
  if (reply.body === undefined) return { statusCode: status, headers };
  return typeof reply.body === "string"
    ? { statusCode: status, headers, body: reply.body }
    : json(status, reply.body, headers);
}

async function callerOf(
  resolveCaller: ServeDeps["resolveCaller"],
  route: Route,
  request: RequestContext,
): Promise<Caller | Problem | undefined> {
  if (route.auth !== "user" && route.auth !== "ops") return undefined;
  if (resolveCaller === undefined)
    throw new Error("a route needs a caller, but the function cannot resolve one");
  const caller = await resolveCaller(bearerOf(request.headers), route, request.correlationId);
  if (!caller.ok) return caller.error;
  return caller.value;
}

type Served = { readonly route: Route; readonly handler: RouteHandler<Route> };

/** @throws Error when a handler throws: the middleware logs it and answers a bare 500. */
async function dispatch(
  resolveCaller: ServeDeps["resolveCaller"],
  contexts: RequestContexts,
  { route, handler }: Served,
  request: RequestContext,
) {
  // Who calls comes first: a stranger learns nothing about what a valid request looks like.
  const caller = await callerOf(resolveCaller, route, request);
  if (isProblem(caller)) return renderProblem(caller, request);
  if (caller !== undefined) contexts.identify(request, caller.accountId);
  const parsed = parseRequest(route, request);
  if (!parsed.ok) return renderProblem(parsed.error, request);
  const reply = await handler({ ...parsed.value, caller, request } as RouteInput<Route>);
  return isProblem(reply) ? renderProblem(reply, request) : renderReply(route, reply);
}

export function serve<T extends RouteTable>(routes: T, handlers: Handlers<T>, deps: ServeDeps) {
  const byKey = new Map<string, Served>();
  const pairs: [string, Route][] = Object.entries(routes);
  for (const [name, route] of pairs)
    byKey.set(routeKey(route), { route, handler: handlers[name as keyof T] });
  const contexts = requestContexts(deps.platform);
  return middy<APIGatewayProxyEventV2, Reply>()
    .use(httpLog(deps.platform, contexts))
    .use(problemReplies(deps.platform, contexts, renderProblem))
    .handler(async (event) => {
      const request = contexts.of(event);
      const found = byKey.get(event.routeKey);
      if (found === undefined) return renderProblem(problem("not-found"), request);
      return dispatch(deps.resolveCaller, contexts, found, request);
    });
}
