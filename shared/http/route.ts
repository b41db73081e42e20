/**
 * Routes as data. From an area's route table come the gateway's routes and authorizers, the router, request
 * parsing, the OpenAPI document and the contract tests.
 */
import type { z } from "zod";
import type { ProblemCode } from "./problems.ts";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * Who may call: `none` anybody; `user` a signed-in person; `ops` a signed-in member of the staff group;
 * `signature` a payment provider, proved by the signature over the exact bytes it sent.
 */
export type RouteAuth = "none" | "user" | "ops" | "signature";

export type Route = {
  readonly method: Method;
  /** Below `/v1`, with `{name}` for path parameters. */
  readonly path: `/${string}`;
  readonly auth: RouteAuth;
  /** Whether the `Idempotency-Key` header is required. */
  readonly idempotent: boolean;
  /** One line for the API document. */
  readonly summary: string;
  readonly params?: z.ZodType<Record<string, unknown>>;
  readonly query?: z.ZodType<Record<string, unknown>>;
  readonly body?: z.ZodType;
  readonly reply: { readonly status: number; readonly body?: z.ZodType };
  /** Problems of this route's own; those every route may answer are added from `commonProblems`. */
  readonly problems: readonly ProblemCode[];
  readonly throttle?: { readonly ratePerSecond: number; readonly burst: number };
  /**
   * Where a revoked session or frozen account is noticed. `account` (the default): the caller's record is read
   * before the handler runs. `ledger`: the transaction that moves money holds the check, so no extra read is made.
   */
  readonly sessionCheck?: "account" | "ledger";
};

export type RouteTable = Readonly<Record<string, Route>>;

export const API_PREFIX = "/v1";

/** The gateway's name of a route, as in `POST /v1/transfers`; the price tables use it too. */
export const routeKey = (route: Pick<Route, "method" | "path">): string =>
  `${route.method} ${API_PREFIX}${route.path}`;
