/** The edge of every route for contract tests: the real `serve` over probes that say whether they were reached. */
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { expect } from "vitest";
import * as z from "zod";
import { areas } from "../../../functions/areas.ts";
import type { Caller, CallerResolver } from "../../../shared/http/caller.ts";
import { type ProblemCode, problems } from "../../../shared/http/problems.ts";
import { type Route, type RouteTable, routeKey } from "../../../shared/http/route.ts";
import { type Handlers, type RouteInput, serve } from "../../../shared/http/serve.ts";
import { derivedId } from "../../../shared/platform/ids.ts";
import { silentLog } from "../../../shared/platform/log.ts";
import { silentMetrics } from "../../../shared/platform/metrics.ts";
import type { Platform } from "../../../shared/platform/platform.ts";
import { ok } from "../../../shared/result.ts";
import { routeSample } from "../../builders/route-sample.ts";
import {
  type Called,
  type CallOptions,
  gatewayEvent,
  handClock,
  lambdaContext,
  readReply,
  seededRandom,
} from "../../builders/world.ts";

export type RouteCase = {
  readonly key: string;
  readonly area: string;
  readonly name: string;
  readonly route: Route;
};

/** Every route of every area; a new one is in all tests that are made from this. */
export const routeCases: readonly RouteCase[] = Object.entries(areas).flatMap(([area, routes]) =>
  Object.entries(routes satisfies RouteTable).map(([name, route]: [string, Route]) => ({
    key: routeKey(route),
    area,
    name,
    route,
  })),
);

export const platform: Platform = {
  clock: handClock(),
  random: seededRandom(7),
  timer: { sleep: async () => {} },
  log: silentLog,
  metrics: silentMetrics,
};

export const caller: Caller = {
  accountId: derivedId("account", "caller"),
  session: { session: "phone", signedInAt: 0 },
  isOps: true,
  consented: true,
  consents: ["terms"],
  openedAt: 0,
};

const anyCaller: CallerResolver = async () => ok(caller);

export type Edge = {
  /** A valid request, changed as wanted. */
  readonly call: (options?: CallOptions, change?: (event: APIGatewayProxyEventV2) => void) => Promise<Called>;
  /** What the handler was given, call by call. */
  readonly reached: readonly RouteInput<Route>[];
};

/** @param handle what the route's handler does; it answers with an empty reply when left out. */
export function edgeOf(
  route: Route,
  {
    resolveCaller = anyCaller,
    handle = () => {},
  }: { readonly resolveCaller?: CallerResolver; readonly handle?: () => void } = {},
): Edge {
  const reached: RouteInput<Route>[] = [];
  const handlers: Handlers<RouteTable> = {
    probe: async (input) => {
      reached.push(input);
      handle();
      return {};
    },
  };
  const handler = serve<RouteTable>({ probe: route }, handlers, { platform, resolveCaller });
  return {
    reached,
    async call(options = {}, change = () => {}) {
      const event = gatewayEvent(route, { ...routeSample(route), ...options });
      change(event);
      return readReply(await handler(event, lambdaContext));
    },
  };
}

/** RFC 9457 with our members; an unknown member is a leak. */
const problemBody = z.strictObject({
  type: z.string().startsWith("urn:kith:problem:"),
  title: z.string().min(1),
  status: z.int(),
  code: z.enum(Object.keys(problems) as [ProblemCode, ...ProblemCode[]]),
  detail: z.string().optional(),
  instance: z.string().startsWith("/v1/"),
  errors: z
    .array(z.strictObject({ field: z.string().startsWith("/"), message: z.string().min(1) }))
    .min(1)
    .optional(),
});

/** A problem as every caller may rely on it. */
export function expectProblem(called: Called, code: ProblemCode): z.output<typeof problemBody> {
  const body = problemBody.parse(called.body);
  expect(body.code).toBe(code);
  expect(called.status).toBe(problems[code].status);
  expect(body).toMatchObject({ status: called.status, type: `urn:kith:problem:${code}` });
  expect(called.headers).toMatchObject({
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    "x-request-id": expect.stringMatching(/^req_[0-9A-Z]{26}$/),
  });
  return body;
}
