import { describe, expect, it } from "vitest";
import { bearerOf } from "../../../../shared/http/caller.ts";
import { ledgerProblem } from "../../../../shared/http/ledger-problems.ts";
import {
  isProblem,
  type ProblemCode,
  problem,
  problems,
  toProblemBody,
} from "../../../../shared/http/problems.ts";
import { person } from "../../../builders/book.ts";

describe("a problem's body", () => {
  it.each(Object.keys(problems) as ProblemCode[])("has the members of RFC 9457 for %s", (code) => {
    const { status, title } = problems[code];
    expect(toProblemBody(problem(code), "/v1/x")).toEqual({
      type: `urn:kith:problem:${code}`,
      title,
      status,
      code,
      instance: "/v1/x",
    });
  });

  it("carries detail, fields and extensions when there are any", () => {
    const errors = [{ field: "/body/amount", message: "is not valid" }];
    const body = toProblemBody(
      problem("limit-exceeded", { detail: "Too much.", errors, extensions: { remaining: 5 } }),
      "/v1/x",
    );
    expect(body).toMatchObject({ detail: "Too much.", errors, remaining: 5 });
  });

  it("lets no extension stand in for a standard member", () => {
    const extensions = { status: 200, code: "fine", type: "x", title: "x", instance: "x" };
    const body = toProblemBody(problem("conflict", { extensions }), "/v1/x");
    expect(body).toEqual(toProblemBody(problem("conflict"), "/v1/x"));
  });

  it("never says when to come back: that is a header", () => {
    const body = toProblemBody(problem("temporarily-unavailable", { retryAfterSeconds: 3 }), "/v1/x");
    expect(body).toEqual(toProblemBody(problem("temporarily-unavailable"), "/v1/x"));
  });
});

it("tells a problem from a reply", () => {
  expect(isProblem(problem("conflict"))).toBe(true);
  for (const value of [undefined, null, "problem", {}, { body: {} }, { problem: 1 }])
    expect(isProblem(value)).toBe(false);
});

describe("the ledger's refusals", () => {
  const [own, other] = [person("own"), person("other")];

  it("are told about the caller's own account", () => {
    expect(ledgerProblem({ code: "account-frozen", account: own, frozenFor: ["ops"] }, own).problem).toBe(
      "account-frozen",
    );
    expect(
      ledgerProblem({ code: "limit-exceeded", limit: "day", remaining: 5, account: own }, own).extensions,
    ).toEqual({ limit: "day", remaining: 5 });
    const tooOften = { code: "velocity-exceeded", period: "hour", allowed: 9, waitMs: 90_001 } as const;
    expect(ledgerProblem({ ...tooOften, account: own }, own)).toMatchObject({
      problem: "velocity-exceeded",
      retryAfterSeconds: 91,
      extensions: { period: "hour", allowed: 9 },
    });
    expect(ledgerProblem({ ...tooOften, account: other }, own)).not.toHaveProperty("extensions");
    expect(ledgerProblem({ code: "session-revoked" }, own).problem).toBe("unauthenticated");
    expect(ledgerProblem({ code: "currency-not-supported", currency: "JPY" }, own).problem).toBe(
      "currency-not-supported",
    );
  });

  it("tell nothing of another person's account", () => {
    const frozen = ledgerProblem(
      { code: "account-frozen", account: other, frozenFor: ["fraud-suspected"] },
      own,
    );
    expect(frozen).toEqual(problem("conflict"));
    const limited = ledgerProblem(
      { code: "limit-exceeded", limit: "day", remaining: 5, account: other },
      own,
    );
    expect(limited.extensions).toBeUndefined();
    expect(JSON.stringify(limited)).not.toContain("5");
    const poor = ledgerProblem({ code: "insufficient-funds", account: other, available: 123 }, own);
    expect(JSON.stringify(poor)).not.toContain("123");
  });
});

describe("a bearer token", () => {
  it.each([
    ["Bearer abc.def-ghi_j~k+/==", "abc.def-ghi_j~k+/=="],
    ["bearer abc", "abc"],
    ["BEARER abc", "abc"],
  ])("is taken from %j", (authorization, token) => {
    expect(bearerOf({ authorization })).toBe(token);
  });

  it.each([
    "",
    "Bearer",
    "Bearer ",
    "Bearer  abc",
    "Bearer a b",
    "Basic abc",
    " Bearer abc",
    "Bearer abc\n",
    "Bearer =abc",
  ])("is not taken from %j", (authorization) => {
    expect(bearerOf({ authorization })).toBeUndefined();
  });

  it("is not there without the header", () => {
    expect(bearerOf({})).toBeUndefined();
  });
});
