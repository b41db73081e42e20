/** What every route does with requests that are not as its contract says. */
import { describe, expect, it } from "vitest";
import { MAX_BODY_BYTES } from "../../../shared/http/parse-request.ts";
import { problems } from "../../../shared/http/problems.ts";
import type { Route } from "../../../shared/http/route.ts";
import { routeSample } from "../../builders/route-sample.ts";
import { edgeOf, expectProblem, routeCases } from "./edge.ts";

const withBody = routeCases.filter(({ route }) => route.body !== undefined);
const withKey = routeCases.filter(({ route }) => route.idempotent);
const withParams = routeCases.filter(({ route }) => route.params !== undefined);
const withoutKey = routeCases.filter(({ route }) => !route.idempotent);

/** Routes that refuse what they do not know in a query; lists and views pass over it. */
const STRICT_QUERY: readonly string[] = ["GET /v1/auth/authorize"];

describe.each(routeCases)("$key", ({ route, key }) => {
  it("reaches its handler with a valid request", async () => {
    const edge = edgeOf(route);
    const called = await edge.call();
    expect(called.status).toBe(route.reply.status);
    expect(called.headers["x-request-id"]).toMatch(/^req_[0-9A-Z]{26}$/);
    expect(called.headers["cache-control"]).toBe("no-store");
    expect(edge.reached).toHaveLength(1);
  });

  it("refuses a body over 64 KiB, whatever is in it", async () => {
    const edge = edgeOf(route);
    const rawBody = JSON.stringify("x".repeat(MAX_BODY_BYTES));
    expectProblem(await edge.call({ rawBody }), "payload-too-large");
    expectProblem(
      await edge.call({}, (event) => {
        event.body = Buffer.alloc(MAX_BODY_BYTES + 1, 32).toString("base64");
        event.isBase64Encoded = true;
      }),
      "payload-too-large",
    );
    expect(edge.reached).toEqual([]);
  });

  it("passes over a query parameter it does not know, or is listed as refusing it", async () => {
    const edge = edgeOf(route);
    const called = await edge.call({ query: { ...routeSample(route).query, utm_source: "mail" } });
    if (STRICT_QUERY.includes(key)) expectProblem(called, "invalid-request");
    else expect(called.status).toBe(route.reply.status);
    expect(edge.reached).toHaveLength(STRICT_QUERY.includes(key) ? 0 : 1);
  });

  it("answers 500 without internals when its handler throws", async () => {
    const secretive = new Error("SELECT * FROM people WHERE password = 'hunter2'");
    const edge = edgeOf(route, {
      handle: () => {
        throw secretive;
      },
    });
    const body = expectProblem(await edge.call(), "internal-error");
    expect(Object.keys(body).toSorted()).toEqual(["code", "instance", "status", "title", "type"]);
    expect(JSON.stringify(body)).not.toMatch(/hunter2|SELECT|at .*\.ts/);
  });

  it.each([
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "TransactionConflictException",
    "InternalServerError",
    "TimeoutError",
  ])("answers 503 with Retry-After when the table answers %s", async (name) => {
    const edge = edgeOf(route, {
      handle: () => {
        throw Object.assign(new Error("busy"), { name });
      },
    });
    const called = await edge.call();
    expectProblem(called, "temporarily-unavailable");
    expect(Number(called.headers["retry-after"])).toBeGreaterThan(0);
  });
});

describe.each(withParams)("$key", ({ route }) => {
  it("answers 404 to a parameter that can name nothing", async () => {
    const edge = edgeOf(route);
    const sample = routeSample(route).params;
    for (const name of Object.keys(sample)) {
      for (const value of ["", "../../etc/passwd", "usr_' OR 1=1", "a\u0000b", "x".repeat(300), "#ACCOUNT"])
        expectProblem(await edge.call({ params: { ...sample, [name]: value } }), "not-found");
      expectProblem(
        await edge.call({}, (event) => {
          event.pathParameters = { ...sample, [name]: "%E0%A4%A" };
        }),
        "not-found",
      );
    }
    expect(edge.reached).toEqual([]);
  });
});

describe.each(withBody)("$key", ({ route }) => {
  it("refuses another media type, and none", async () => {
    const edge = edgeOf(route);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""])
      expectProblem(await edge.call({ headers: { "content-type": type } }), "unsupported-media-type");
    expectProblem(
      await edge.call({}, (event) => {
        delete event.headers["content-type"];
      }),
      "unsupported-media-type",
    );
    expect(edge.reached).toEqual([]);
  });

  it("takes JSON with parameters of the media type, and as base64", async () => {
    const edge = edgeOf(route);
    await edge.call({ headers: { "content-type": "Application/JSON; charset=utf-8" } });
    await edge.call({}, (event) => {
      event.body = Buffer.from(event.body ?? "").toString("base64");
      event.isBase64Encoded = true;
    });
    expect(edge.reached).toHaveLength(2);
    expect(edge.reached[0]?.body).toEqual(edge.reached[1]?.body);
  });

  it.each(["null", "[]", "7", '"text"', '{"notAMember":1}'])("names the fields of %s", async (rawBody) => {
    const edge = edgeOf(route);
    const body = expectProblem(await edge.call({ rawBody }), "invalid-request");
    expect(body.errors?.every(({ field }) => field.startsWith("/body"))).toBe(true);
    expect(edge.reached).toEqual([]);
  });

  it.each(["", "{", "{}}", "{'a':1}", "NaN", "\u0000", '{"a":1,}'])(
    "refuses %j, which is not JSON",
    async (rawBody) => {
      expectProblem(await edgeOf(route).call({ rawBody }), "invalid-request");
    },
  );

  it("refuses one wrong member of an otherwise valid body", async () => {
    const sample = routeSample(route).body as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(sample)) {
      const edge = edgeOf(route);
      const body = expectProblem(
        await edge.call({ body: { ...sample, [name]: { wrong: [true] } } }),
        "invalid-request",
      );
      expect(body.errors?.some(({ field }) => field.startsWith("/body"))).toBe(true);
      expect(edge.reached).toEqual([]);
    }
  });
});

describe.each(withKey)("$key", ({ route }) => {
  it("answers 400 when the idempotency key is missing", async () => {
    const edge = edgeOf(route);
    const called = await edge.call({}, (event) => {
      delete event.headers["idempotency-key"];
    });
    expectProblem(called, "idempotency-key-missing");
    expect(edge.reached).toEqual([]);
  });

  it.each([
    ["empty", ""],
    ["with a space", "one two"],
    ["with a control character", "key\u0007"],
    ["not ASCII", "schlüssel"],
    ["256 characters long", "k".repeat(256)],
  ])("refuses a key that is %s", async (_, idempotencyKey) => {
    const edge = edgeOf(route);
    expectProblem(await edge.call({ headers: { "idempotency-key": idempotencyKey } }), "invalid-request");
    expect(edge.reached).toEqual([]);
  });

  it("hands its handler the key as it was sent, under any spelling of the header's name", async () => {
    const edge = edgeOf(route);
    const longest = "~".repeat(255);
    await edge.call({}, (event) => {
      delete event.headers["idempotency-key"];
      event.headers["Idempotency-Key"] = longest;
    });
    expect(edge.reached.map(({ idempotencyKey }) => idempotencyKey)).toEqual([longest]);
  });
});

it("hands no key to a route that takes none", async () => {
  const given = await Promise.all(
    withoutKey.map(async ({ route }: { route: Route }) => {
      const edge = edgeOf(route);
      await edge.call({ headers: { "idempotency-key": "a-key" } });
      return edge.reached[0]?.idempotencyKey;
    }),
  );
  expect(new Set<unknown>(given)).toEqual(new Set([undefined]));
});

it("knows every problem by a status that says who is to change something", () => {
  for (const { status } of Object.values(problems))
    expect(status).toSatisfy((value: number) => value >= 400 && value < 600);
});
