import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { CallerResolver } from "../../../../shared/http/caller.ts";
import { problem } from "../../../../shared/http/problems.ts";
import type { RouteTable } from "../../../../shared/http/route.ts";
import { type Handlers, serve } from "../../../../shared/http/serve.ts";
import type { Log, LogFields } from "../../../../shared/platform/log.ts";
import { silentMetrics } from "../../../../shared/platform/metrics.ts";
import type { Platform } from "../../../../shared/platform/platform.ts";
import { err } from "../../../../shared/result.ts";
import {
  type CallOptions,
  gatewayEvent,
  handClock,
  lambdaContext,
  readReply,
  seededRandom,
} from "../../../builders/world.ts";

type Line = {
  readonly level: string;
  readonly code: string;
  readonly cause?: unknown;
  readonly fields: LogFields;
};

const recordingLog = (lines: Line[]): Log => {
  const log: Log = {
    info: (code, fields = {}) => lines.push({ level: "info", code, fields }),
    warn: (code, fields = {}) => lines.push({ level: "warn", code, fields }),
    error: (code, cause, fields = {}) => lines.push({ level: "error", code, cause, fields }),
    with: () => log,
  };
  return log;
};

const routes = {
  getThing: {
    method: "GET",
    path: "/things/{id}",
    auth: "none",
    idempotent: false,
    summary: "A thing",
    params: z.object({ id: z.string() }),
    reply: { status: 200, body: z.object({ id: z.string() }) },
    problems: [],
  },
  makeThing: {
    method: "POST",
    path: "/things",
    auth: "user",
    idempotent: true,
    summary: "Makes a thing",
    body: z.strictObject({}),
    reply: { status: 201, body: z.object({ id: z.string() }) },
    problems: ["conflict"],
  },
} as const satisfies RouteTable;

const calm: Handlers<typeof routes> = {
  getThing: async ({ params }) => ({ body: { id: params.id } }),
  makeThing: async () => ({ body: { id: "new" }, replayed: true }),
};

function harness(handlers: Partial<Handlers<typeof routes>> = {}, resolveCaller?: CallerResolver) {
  const lines: Line[] = [];
  let flushed = 0;
  const clock = handClock();
  const platform: Platform = {
    clock,
    random: seededRandom(3),
    timer: { sleep: async () => {} },
    log: recordingLog(lines),
    metrics: { ...silentMetrics, flush: () => (flushed += 1) },
  };
  const handler = serve(
    routes,
    { ...calm, ...handlers },
    {
      platform,
      ...(resolveCaller === undefined ? {} : { resolveCaller }),
    },
  );
  return {
    lines,
    clock,
    flushes: () => flushed,
    async call(
      name: keyof typeof routes,
      options: CallOptions = {},
      change: Partial<APIGatewayProxyEventV2> = {},
    ) {
      return readReply(await handler({ ...gatewayEvent(routes[name], options), ...change }, lambdaContext));
    },
  };
}

const CALLER = "usr_00000000000000000000000000";

const signedIn: CallerResolver = async () => ({
  ok: true,
  value: {
    accountId: CALLER,
    session: { session: "s", signedInAt: 0 },
    isOps: false,
    consented: true,
    consents: [],
    openedAt: 0,
  },
});

describe("a reply", () => {
  it("is JSON with the contract's status and the standard headers", async () => {
    const { call } = harness();
    const reply = await call("getThing", { params: { id: "a" } });
    expect(reply).toEqual({
      status: 200,
      body: { id: "a" },
      headers: {
        "content-type": "application/json",
        "cache-control": "no-store",
        "x-request-id": expect.stringMatching(/^req_/),
      },
    });
  });

  it("says when its effect was there already", async () => {
    const { call } = harness({}, signedIn);
    const reply = await call("makeThing", { body: {} });
    expect(reply).toMatchObject({ status: 201, headers: { "idempotent-replayed": "true" } });
  });

  it("may have another status, headers of its own, and text for a body", async () => {
    const { call } = harness({
      getThing: async () => ({ status: 302, headers: { location: "https://x", "cache-control": "private" } }),
    });
    const reply = await call("getThing", { params: { id: "a" } });
    expect(reply).toMatchObject({ status: 302, body: undefined });
    expect(reply.headers).toMatchObject({ location: "https://x", "cache-control": "private" });
    expect(reply.headers["content-type"]).toBeUndefined();
  });

  it("is a problem when the handler returns one", async () => {
    const { call } = harness({
      getThing: async () => problem("conflict", { detail: "No.", retryAfterSeconds: 7 }),
    });
    const reply = await call("getThing", { params: { id: "a" } });
    expect(reply).toMatchObject({
      status: 409,
      body: { code: "conflict", detail: "No.", instance: "/v1/things/a" },
      headers: { "content-type": "application/problem+json", "retry-after": "7" },
    });
  });

  it("is 404 for a route that is not the area's", async () => {
    const { call } = harness();
    expect(await call("getThing", {}, { routeKey: "$default" })).toMatchObject({
      status: 404,
      body: { code: "not-found" },
    });
  });
});

describe("who calls", () => {
  it("is asked before the request is looked at, with the token and the route", async () => {
    const asked: unknown[] = [];
    const { call } = harness({}, async (...question) => {
      asked.push(question);
      return err(problem("unauthenticated"));
    });
    const reply = await call("makeThing", {
      as: "ada",
      rawBody: "{",
      headers: { "x-correlation-id": "correlation" },
    });
    expect(reply).toMatchObject({ status: 401, headers: { "www-authenticate": "Bearer" } });
    expect(asked).toEqual([["ada", routes.makeThing, "correlation"]]);
  });

  it("is a fault of ours when the function cannot find out", async () => {
    const { call, lines } = harness();
    expect((await call("makeThing", { as: "ada", body: {} })).status).toBe(500);
    expect(lines[0]).toMatchObject({ level: "error", code: "request-failed" });
  });
});

describe("what is logged", () => {
  it("is one line a request: route, status, duration, ids, and no body", async () => {
    const it = harness({ getThing: async ({ params }) => ({ body: { id: params.id } }) });
    const reply = await it.call("getThing", { params: { id: "private" } });
    expect(it.lines).toEqual([
      {
        level: "info",
        code: "request",
        fields: {
          route: "GET /v1/things/{id}",
          status: 200,
          ms: 0,
          requestId: reply.headers["x-request-id"],
          correlationId: reply.headers["x-request-id"],
        },
      },
    ]);
    expect(JSON.stringify(it.lines)).not.toContain("private");
    expect(it.flushes()).toBe(1);
  });

  it("names who called, in the one line of a reply and in that of a failure", async () => {
    const calmly = harness({}, signedIn);
    await calmly.call("makeThing", { body: {} });
    expect(calmly.lines).toMatchObject([{ code: "request", fields: { accountId: CALLER, status: 201 } }]);
    const failing = harness({ makeThing: async () => Promise.reject(new Error("broken")) }, signedIn);
    await failing.call("makeThing", { body: {} });
    expect(failing.lines).toMatchObject([{ code: "request-failed", fields: { accountId: CALLER } }]);
  });

  it("holds the cause of a fault, which the caller is not told", async () => {
    const cause = new Error("the table is on fire");
    const it = harness({
      getThing: async () => {
        throw cause;
      },
    });
    const reply = await it.call("getThing", { params: { id: "a" } });
    expect(it.lines).toMatchObject([{ level: "error", code: "request-failed", cause }]);
    expect(JSON.stringify(reply)).not.toContain("fire");
    expect(reply).toMatchObject({ status: 500, headers: { "x-request-id": expect.stringMatching(/^req_/) } });
    expect(it.flushes()).toBe(1);
  });

  it.each(["short", "with a space inside", "x".repeat(65), "line\nbreak-line", "<script>alert"])(
    "does not hold a correlation id like %j",
    async (wished) => {
      const { call, lines } = harness();
      const reply = await call("getThing", { params: { id: "a" }, headers: { "X-Correlation-Id": wished } });
      expect(lines[0]?.fields["correlationId"]).toBe(reply.headers["x-request-id"]);
    },
  );

  it("holds the caller's correlation id when it is a plain token", async () => {
    const { call, lines } = harness();
    await call("getThing", { params: { id: "a" }, headers: { "X-Correlation-Id": "Order_2026-0001" } });
    expect(lines[0]?.fields["correlationId"]).toBe("Order_2026-0001");
  });
});
