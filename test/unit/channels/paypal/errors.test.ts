import { describe, expect, it } from "vitest";
import { errorOf, failureOf } from "../../../../shared/channels/paypal/errors.ts";
import type { Reply } from "../../../../shared/channels/plan.ts";

const answered = (
  status: number,
  body: unknown,
  {
    headers = {},
    earlierMayCount = false,
  }: { headers?: Record<string, string>; earlierMayCount?: boolean } = {},
): Reply & { kind: "answer" } => ({
  kind: "answer",
  answer: { status, headers, body: Buffer.from(typeof body === "string" ? body : JSON.stringify(body)) },
  earlierMayCount,
});

const refusal = (issue: string, name = "UNPROCESSABLE_ENTITY") => ({
  name,
  message: "Secret words of PayPal",
  debug_id: "90957fca61718",
  details: [{ issue, description: "More of them" }],
});

const moving = { moves: true };
const reading = { moves: false };

describe("an error of PayPal", () => {
  it.each([
    ["INSTRUMENT_DECLINED", "card-declined"],
    ["CAPTURE_FULLY_REFUNDED", "wrong-state"],
    ["REFUND_TIME_LIMIT_EXCEEDED", "too-late"],
    ["REFUND_FAILED_INSUFFICIENT_FUNDS", "insufficient-funds"],
    ["CURRENCY_NOT_SUPPORTED", "currency-not-accepted"],
  ])("%s is declined: %s", (issue, reason) => {
    expect(failureOf(answered(422, refusal(issue)), moving)).toEqual({
      outcome: "declined",
      reason,
      code: issue,
      detail: `422 UNPROCESSABLE_ENTITY ${issue} 90957fca61718`,
    });
  });

  it("goes by its name where the issue says nothing", () => {
    expect(failureOf(answered(403, { name: "NOT_AUTHORIZED" }), moving)).toMatchObject({
      outcome: "declined",
      reason: "not-supported",
      code: "NOT_AUTHORIZED",
    });
  });

  it("of a word that we do not know leaves money open, and refuses where none moves", () => {
    const unknown = answered(422, refusal("SOMETHING_NEW"));
    expect(failureOf(unknown, moving).outcome).toBe("unknown");
    expect(failureOf(unknown, reading)).toMatchObject({ outcome: "declined", code: "SOMETHING_NEW" });
    expect(failureOf(answered(404, "<html>"), reading)).toMatchObject({
      reason: "not-found",
      code: "HTTP_404",
    });
  });

  it("proves nothing after an attempt that may have counted", () => {
    const late = answered(422, refusal("CAPTURE_FULLY_REFUNDED"), { earlierMayCount: true });
    expect(failureOf(late, moving).outcome).toBe("unknown");
    const limited = answered(429, refusal("", "RATE_LIMIT_REACHED"), { earlierMayCount: true });
    expect(failureOf(limited, moving).outcome).toBe("unknown");
  });

  it.each([500, 502, 503, 409, 302, 200])("of status %i is unknown", (status) => {
    expect(failureOf(answered(status, {}), moving).outcome).toBe("unknown");
  });

  it("was not sent when it was held back, by PayPal or by the network", () => {
    const limited = answered(429, {}, { headers: { "retry-after": "30" } });
    expect(failureOf(limited, moving)).toMatchObject({ outcome: "notSent", retryAfterMs: 30_000 });
    expect(failureOf(answered(401, {}), moving).outcome).toBe("notSent");
    const silent = (mayCount: boolean) => ({ kind: "no-answer", mayCount, detail: "ECONNREFUSED" }) as const;
    expect(failureOf(silent(false), moving).outcome).toBe("notSent");
    expect(failureOf(silent(true), moving).outcome).toBe("unknown");
  });

  it("says to the log what PayPal's support asks for, and nothing else", () => {
    const { detail } = failureOf(answered(422, refusal("INSTRUMENT_DECLINED")), moving);
    expect(detail).not.toMatch(/Secret|More/);
    expect(errorOf(answered(400, { debug_id: "x y <script>" }).answer).debugId).toBe("");
    const header = answered(400, {}, { headers: { "paypal-debug-id": "f0d0" } });
    expect(errorOf(header.answer).debugId).toBe("f0d0");
  });
});
