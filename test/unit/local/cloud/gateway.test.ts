import { describe, expect, it } from "vitest";
import { corsHeaders, isPreflight, preflightHeaders } from "../../../../local/cloud/gateway/cors.ts";
import { type EventInput, toHttpEvent } from "../../../../local/cloud/gateway/event.ts";
import { localLocation, toHttpReply } from "../../../../local/cloud/gateway/reply.ts";
import { createRouter } from "../../../../local/cloud/gateway/routes.ts";
import { createThrottle } from "../../../../local/cloud/gateway/throttle.ts";

const input: EventInput = {
  method: "GET",
  url: "/v1/payments/pay_1",
  headers: [["Host", "127.0.0.1:4000"]],
  body: Buffer.alloc(0),
  sourceIp: "127.0.0.1",
  routeKey: "GET /v1/payments/{id}",
  pathParameters: { id: "pay_1" },
  apiId: "abc123",
  accountId: "000000000000",
  stage: "$default",
  domainName: "abc123.execute-api.eu-west-1.amazonaws.com",
  requestId: "req-1",
  at: Date.UTC(2026, 2, 7, 9, 3, 58),
};

describe("toHttpEvent", () => {
  it("has the parts that an HTTP API gives, and no others", () => {
    expect(toHttpEvent(input)).toEqual({
      version: "2.0",
      routeKey: "GET /v1/payments/{id}",
      rawPath: "/v1/payments/pay_1",
      rawQueryString: "",
      headers: { host: "127.0.0.1:4000" },
      requestContext: {
        accountId: "000000000000",
        apiId: "abc123",
        domainName: "abc123.execute-api.eu-west-1.amazonaws.com",
        domainPrefix: "abc123",
        http: {
          method: "GET",
          path: "/v1/payments/pay_1",
          protocol: "HTTP/1.1",
          sourceIp: "127.0.0.1",
          userAgent: "",
        },
        requestId: "req-1",
        routeKey: "GET /v1/payments/{id}",
        stage: "$default",
        time: "07/Mar/2026:09:03:58 +0000",
        timeEpoch: 1_772_874_238_000,
      },
      pathParameters: { id: "pay_1" },
      isBase64Encoded: false,
    });
  });

  it("joins repeated headers and query values by commas, and takes cookies out of the headers", () => {
    const event = toHttpEvent({
      ...input,
      url: "/v1/feed?tag=a&tag=b&q=x%20y&empty=",
      headers: [
        ["X-Tag", "1"],
        ["x-tag", "2"],
        ["Cookie", "a=1; b=2"],
        ["User-Agent", "test"],
      ],
    });
    expect(event.headers).toEqual({ "x-tag": "1,2", "user-agent": "test" });
    expect(event.cookies).toEqual(["a=1", "b=2"]);
    expect(event.rawQueryString).toBe("tag=a&tag=b&q=x%20y&empty=");
    expect(event.queryStringParameters).toEqual({ tag: "a,b", q: "x y", empty: "" });
    expect(event.requestContext.http.userAgent).toBe("test");
  });

  it("decodes the path once", () => {
    expect(toHttpEvent({ ...input, url: "/v1/a%20b%252F" }).rawPath).toBe("/v1/a b%2F");
  });

  it.each([
    ["application/json; charset=utf-8", '{"a":1}', false],
    ["text/plain", "é", false],
    ["application/vnd.api+json", "{}", false],
    ["application/x-www-form-urlencoded", "a=1", true],
    ["application/octet-stream", "\u0000", true],
    [undefined, "x", true],
  ])("gives a body of type %s as it is or as base64", (type, text, isBase64Encoded) => {
    const headers: [string, string][] = type === undefined ? [] : [["content-type", type]];
    const event = toHttpEvent({ ...input, headers, body: Buffer.from(text) });
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(event.body).toBe(isBase64Encoded ? Buffer.from(text).toString("base64") : text);
  });

  it("writes claims as text, and lists in brackets", () => {
    const claims = { sub: "s", exp: 5, email_verified: true, "cognito:groups": ["ops", "staff"] };
    expect(toHttpEvent({ ...input, claims, scopes: [] }).requestContext.authorizer).toEqual({
      jwt: {
        claims: { sub: "s", exp: "5", email_verified: "true", "cognito:groups": "[ops staff]" },
        scopes: null,
      },
    });
  });

  it("puts a named stage in front of the path", () => {
    expect(toHttpEvent({ ...input, stage: "dev" }).rawPath).toBe("/dev/v1/payments/pay_1");
  });
});

describe("toHttpReply", () => {
  it("takes an object with a status code for the whole reply", () => {
    const reply = toHttpReply({
      statusCode: 201,
      headers: { Location: "/x", "X-Count": 3 },
      cookies: ["a=1", "b=2"],
      body: "{}",
    });
    expect(reply?.status).toBe(201);
    expect(reply?.body.toString()).toBe("{}");
    expect(reply?.headers).toEqual([
      ["location", "/x"],
      ["x-count", "3"],
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["content-type", "text/plain;charset=UTF-8"],
    ]);
  });

  it.each([
    [{ ok: true }, '{"ok":true}'],
    ["text", "text"],
    [[1], "[1]"],
    [null, "null"],
  ])("takes %j for a JSON body of a 200", (value, body) => {
    const reply = toHttpReply(value);
    expect(reply?.status).toBe(200);
    expect(reply?.headers).toEqual([["content-type", "application/json"]]);
    expect(reply?.body.toString()).toBe(body);
  });

  it("decodes base64 bodies", () => {
    const reply = toHttpReply({ statusCode: 200, body: "AAE=", isBase64Encoded: true });
    expect([...(reply?.body ?? [])]).toEqual([0, 1]);
  });

  it.each([[{ statusCode: "ok" }], [{ statusCode: 99 }], [{ statusCode: 200, body: { a: 1 } }]])(
    "refuses %j",
    (value) => {
      expect(toHttpReply(value)).toBeUndefined();
    },
  );
});

describe("localLocation", () => {
  const hosts = new Map([["kith.auth.eu-west-1.amazoncognito.com", "http://127.0.0.1:5000"]]);
  it.each([
    ["https://kith.auth.eu-west-1.amazoncognito.com/login?a=1#b", "http://127.0.0.1:5000/login?a=1#b"],
    ["https://elsewhere.example/login", "https://elsewhere.example/login"],
    ["/relative", "/relative"],
    ["kith://auth/callback?code=1", "kith://auth/callback?code=1"],
  ])("%s becomes %s", (location, expected) => {
    expect(localLocation(location, hosts)).toBe(expected);
  });
});

describe("createRouter", () => {
  const route = createRouter(
    [
      "GET /payments/{id}",
      "GET /payments/quote",
      "ANY /payments/{id}",
      "GET /files/{path+}",
      "GET /files/{id}/meta",
    ].map((key) => ({ key, functionArn: key, timeoutMs: 1, scopes: [] })),
  );
  it.each([
    ["GET", "/payments/quote", "GET /payments/quote", {}],
    ["GET", "/payments/p1", "GET /payments/{id}", { id: "p1" }],
    ["PUT", "/payments/p1", "ANY /payments/{id}", { id: "p1" }],
    ["GET", "/files/a/meta", "GET /files/{id}/meta", { id: "a" }],
    ["GET", "/files/a/b/c", "GET /files/{path+}", { path: "a/b/c" }],
  ])("%s %s goes to %s", (method, path, key, pathParameters) => {
    const match = route(method, path);
    expect(match?.route.key).toBe(key);
    expect(match?.pathParameters).toEqual(pathParameters);
  });

  it.each([
    ["GET", "/payments/a/b"],
    ["GET", "/payments/"],
    ["POST", "/files/a"],
    ["GET", "/"],
  ])("%s %s goes nowhere", (method, path) => {
    expect(route(method, path)).toBeUndefined();
  });
});

describe("createThrottle", () => {
  it("lets a burst pass, then as many as the rate allows", () => {
    let now = 0;
    const take = createThrottle({ ratePerSecond: 2, burst: 3 }, () => now);
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
    now = 500;
    expect([take(), take()]).toEqual([true, false]);
    now = 60_000;
    expect([take(), take(), take(), take()]).toEqual([true, true, true, false]);
  });
});

describe("CORS", () => {
  const cors = {
    origins: ["https://app.example"],
    methods: ["GET", "POST"],
    headers: ["authorization"],
    exposed: ["x-request-id"],
    credentials: true,
    maxAgeSeconds: 60,
  };

  it("answers a preflight of an allowed origin", () => {
    expect(corsHeaders(cors, "https://app.example")).toEqual([
      ["access-control-allow-origin", "https://app.example"],
      ["vary", "origin"],
      ["access-control-allow-credentials", "true"],
      ["access-control-expose-headers", "x-request-id"],
    ]);
    expect(preflightHeaders(cors, "https://app.example")).toEqual([
      ["access-control-allow-methods", "GET,POST"],
      ["access-control-allow-headers", "authorization"],
      ["access-control-max-age", "60"],
    ]);
  });

  it("says nothing to another origin, or without one", () => {
    expect(preflightHeaders(cors, "https://evil.example")).toEqual([]);
    expect(corsHeaders(cors, undefined)).toEqual([]);
    expect(corsHeaders(undefined, "https://app.example")).toEqual([]);
  });

  it("knows a preflight from an ordinary OPTIONS", () => {
    const headers: Record<string, string> = { origin: "o", "access-control-request-method": "GET" };
    expect(isPreflight("OPTIONS", (name) => headers[name])).toBe(true);
    expect(isPreflight("GET", (name) => headers[name])).toBe(false);
    expect(isPreflight("OPTIONS", () => undefined)).toBe(false);
  });
});
