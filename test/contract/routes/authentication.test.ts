/** Who gets past the edge: nobody without a valid access token, and only members of ops to the routes of ops. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createCallerResolver, OPS_GROUP } from "../../../shared/accounts/resolve-caller.ts";
import type { Accounts } from "../../../shared/accounts/store.ts";
import { createTokenVerifier, type TokenVerifier } from "../../../shared/http/tokens.ts";
import { err, ok } from "../../../shared/result.ts";
import { edgeOf, expectProblem, platform, routeCases } from "./edge.ts";

const unreachable = (): never => {
  throw new Error("storage was reached by a caller who is not known");
};

const noAccounts: Accounts = {
  get: unreachable,
  getMany: unreachable,
  idByHandle: unreachable,
  idBySubject: unreachable,
  ensure: unreachable,
  replace: unreachable,
  replacement: unreachable,
  openChain: unreachable,
};

/** The verifier of Lambda; no token here is good enough to make it fetch the pool's keys. */
const realTokens = createTokenVerifier({ userPoolId: "eu-west-1_Abc123xyz", clientIds: ["app"] });

const guarded = routeCases.filter(({ route }) => route.auth === "user" || route.auth === "ops");
const ofOps = routeCases.filter(({ route }) => route.auth === "ops");
const open = routeCases.filter(({ route }) => route.auth === "none" || route.auth === "signature");

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const foreignToken = `${part({ alg: "RS256", kid: "k" })}.${part({ iss: "https://issuer.example", token_use: "access", client_id: "app", exp: 4_102_444_800 })}.AAAA`;
const unsignedToken = `${part({ alg: "none" })}.${part({ sub: "x", token_use: "access" })}.`;

/** Headers that are no access token of the pool. */
const malformed: readonly string[] = [
  "",
  "Bearer",
  "Bearer ",
  "Bearer not-a-token",
  "Bearer a.b.c",
  "Bearer one two",
  "Basic YWRhOnNlY3JldA==",
  "Token abc",
  `Bearer ${foreignToken}`,
  `Bearer ${unsignedToken}`,
  `Bearer ${"x".repeat(9000)}`,
];

const tokensOf = (groups: readonly string[]): TokenVerifier => ({
  access: async () =>
    ok({
      subject: "sub",
      username: "Google_1",
      groups,
      session: "phone",
      signedInAt: 0,
      issuedAt: 0,
      expiresAt: 4_102_444_800,
    }),
  id: async () => err({ code: "token-refused", reason: "test" }),
});

const resolverOf = (tokens: TokenVerifier) =>
  createCallerResolver({ accounts: noAccounts, tokens, platform });

const fetched = vi.fn<typeof fetch>(() => Promise.reject(new Error("the network was used")));

beforeEach(() => {
  fetched.mockClear();
  vi.stubGlobal("fetch", fetched);
});
afterEach(() => vi.unstubAllGlobals());

it("covers the routes of people and of ops", () => {
  expect(guarded.length).toBeGreaterThan(30);
  expect(ofOps).toHaveLength(20);
  expect(guarded.length + open.length).toBe(routeCases.length);
});

it("leaves open only what must be", () => {
  expect(open.map(({ key }) => key)).toEqual([
    "GET /v1/auth/providers",
    "GET /v1/auth/authorize",
    "POST /v1/auth/token",
    "POST /v1/auth/revoke",
    "POST /v1/callbacks/{channel}",
    "GET /v1/health",
    "GET /v1/openapi.json",
  ]);
});

describe.each(guarded)("$key", ({ route }) => {
  it("answers 401 to a caller without a token, before it looks at the request", async () => {
    const edge = edgeOf(route, { resolveCaller: resolverOf(realTokens) });
    const whole = await edge.call();
    expectProblem(whole, "unauthenticated");
    expect(whole.headers["www-authenticate"]).toBe("Bearer");
    expectProblem(await edge.call({ rawBody: "{", query: { limit: "-1" } }), "unauthenticated");
    expect(edge.reached).toEqual([]);
  });

  it("answers 401 to what is not an access token of the pool, without asking the network", async () => {
    const edge = edgeOf(route, { resolveCaller: resolverOf(realTokens) });
    for (const authorization of malformed)
      expectProblem(await edge.call({ headers: { authorization } }), "unauthenticated");
    expect(edge.reached).toEqual([]);
    expect(fetched).not.toHaveBeenCalled();
  });
});

describe.each(ofOps)("$key", ({ route }) => {
  it("answers 403 to a person who is not in the group", async () => {
    for (const groups of [[], ["OPS"], ["oops"], ["eu-west-1_Abc123xyz_Google"]]) {
      const edge = edgeOf(route, { resolveCaller: resolverOf(tokensOf(groups)) });
      expectProblem(await edge.call({ as: "ada" }), "not-permitted");
      expect(edge.reached).toEqual([]);
    }
  });

  it("lets a member of the group past the edge", async () => {
    const resolve = resolverOf(tokensOf([OPS_GROUP]));
    // Past the edge their account is looked up, which here is a fault of ours.
    const called = await edgeOf(route, { resolveCaller: resolve }).call({ as: "olivia" });
    expectProblem(called, "internal-error");
  });
});

describe.each(open)("$key", ({ route }) => {
  it("needs no token", async () => {
    const edge = edgeOf(route, { resolveCaller: unreachable });
    const called = await edge.call();
    expect(called.status).toBe(route.reply.status);
    expect(edge.reached).toHaveLength(1);
    expect(edge.reached[0]?.caller).toBeUndefined();
  });
});
