import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { areas } from "../../../../functions/areas.ts";
import type { RequestContext } from "../../../../shared/http/middleware.ts";
import { MAX_BODY_BYTES, parseRequest } from "../../../../shared/http/parse-request.ts";
import type { Route, RouteTable } from "../../../../shared/http/route.ts";

const requestOf = (members: Partial<RequestContext> = {}): RequestContext => ({
  id: "req",
  correlationId: "req",
  routeKey: "POST /v1/things/{id}",
  path: "/v1/things/a",
  headers: { "content-type": "application/json", "idempotency-key": "key" },
  rawBody: Buffer.from("{}"),
  rawQuery: {},
  rawParams: { id: "a" },
  sourceIp: "",
  startedAt: 0,
  ...members,
});

const thing: Route = {
  method: "POST",
  path: "/things/{id}",
  auth: "user",
  idempotent: true,
  summary: "A thing",
  params: z.object({ id: z.string().regex(/^[a-z ]+$/) }),
  query: z.object({ limit: z.coerce.number().int().min(1).default(25) }),
  body: z.strictObject({
    name: z.string().max(5).default("none"),
    parts: z.array(z.strictObject({ "a/b~c": z.int() })).optional(),
  }),
  reply: { status: 200 },
  problems: [],
};

const bodyOf = (text: string) => ({ rawBody: Buffer.from(text) });

describe("a valid request", () => {
  it("is parsed, with defaults", () => {
    const parsed = parseRequest(thing, requestOf());
    expect(parsed).toEqual({
      ok: true,
      value: { params: { id: "a" }, query: { limit: 25 }, body: { name: "none" }, idempotencyKey: "key" },
    });
  });

  it("may have percent-encoded parameters", () => {
    const parsed = parseRequest(thing, requestOf({ rawParams: { id: "a%20b" } }));
    expect(parsed).toMatchObject({ ok: true, value: { params: { id: "a b" } } });
  });

  it("may be as large as 64 KiB to the byte, and nothing more", () => {
    const padded = (size: number) => bodyOf(`{}${" ".repeat(size - 2)}`);
    expect(parseRequest(thing, requestOf(padded(MAX_BODY_BYTES))).ok).toBe(true);
    expect(parseRequest(thing, requestOf(padded(MAX_BODY_BYTES + 1)))).toEqual({
      ok: false,
      error: { problem: "payload-too-large" },
    });
  });

  it("counts bytes, not characters", () => {
    const text = JSON.stringify("é".repeat(MAX_BODY_BYTES / 2));
    expect(parseRequest(thing, requestOf(bodyOf(text)))).toMatchObject({
      error: { problem: "payload-too-large" },
    });
  });

  it("may be nested 16 levels deep", () => {
    const nested = (depth: number) => bodyOf(`${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`);
    const route = { ...thing, body: z.unknown() };
    expect(parseRequest(route, requestOf(nested(16))).ok).toBe(true);
    expect(parseRequest(route, requestOf(nested(17)))).toMatchObject({
      error: { problem: "invalid-request" },
    });
  });

  it("gives a route without a body none, whatever was sent", () => {
    const { body, ...bodiless } = thing;
    expect(body).toBeDefined();
    const sent = requestOf({ ...bodyOf("not JSON"), headers: { "idempotency-key": "key" } });
    expect(parseRequest(bodiless, sent)).toMatchObject({ ok: true, value: { body: undefined } });
  });
});

describe("a request with faults", () => {
  it("has each of them named by a JSON pointer, query and body together", () => {
    const parsed = parseRequest(
      thing,
      requestOf({
        rawQuery: { limit: "0" },
        ...bodyOf('{"name":"too long","parts":[{"a/b~c":1.5}],"more":1}'),
      }),
    );
    expect(parsed.ok ? [] : parsed.error.errors?.map(({ field }) => field).toSorted()).toEqual([
      "/body",
      "/body/name",
      "/body/parts/0/a~1b~0c",
      "/query/limit",
    ]);
  });

  it("is not found when its path can name nothing, before anything else is said", () => {
    for (const rawParams of [{ id: "A" }, { id: "%" }, { id: undefined }, {}]) {
      const parsed = parseRequest(thing, requestOf({ rawParams, headers: {}, ...bodyOf("{") }));
      expect(parsed).toEqual({ ok: false, error: { problem: "not-found" } });
    }
  });
});

const routes = Object.values(areas).flatMap((area: RouteTable) => Object.values<Route>(area));
const withBody = routes.filter(({ body }) => body !== undefined);
const accepted = new Set(["invalid-request", "not-found", "payload-too-large", "unsupported-media-type"]);

describe("any request at all", () => {
  it("gets a value its schema takes or a problem, for any JSON", () => {
    fc.assert(
      fc.property(fc.constantFrom(...withBody), fc.json(), (route, text) => {
        const open: Route = { ...route, idempotent: false };
        const { params, query, ...bodyOnly } = open;
        const parsed = parseRequest(bodyOnly, requestOf(bodyOf(text)));
        if (!parsed.ok) return accepted.has(parsed.error.problem);
        return route.body?.safeParse(JSON.parse(text)).success === true;
      }),
      { numRuns: 500 },
    );
  });

  it("gets a problem or a value for any bytes, headers and parameters", () => {
    const texts = fc.dictionary(fc.string(), fc.string(), { maxKeys: 4 });
    fc.assert(
      fc.property(
        fc.constantFrom(...routes),
        fc.uint8Array({ maxLength: 200 }),
        texts,
        texts,
        (route, rawBody, rawQuery, rawParams) => {
          const parsed = parseRequest(route, requestOf({ rawBody, rawQuery, rawParams }));
          return parsed.ok || accepted.has(parsed.error.problem);
        },
      ),
      { numRuns: 500 },
    );
  });
});
