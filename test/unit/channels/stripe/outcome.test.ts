/** From Stripe's answers to outcomes: what may have happened decides what is done next. */
import { describe, expect, it } from "vitest";
import type { ChannelFailure } from "../../../../shared/channels/facts.ts";
import { resultOf } from "../../../../shared/channels/stripe/outcome.ts";
import { answered, refusedWith } from "./run-plan.ts";

function failureOf(reply: Parameters<typeof resultOf>[0]): ChannelFailure {
  const result = resultOf(reply);
  if (result.ok) throw new Error("Expected a failure");
  return result.failure;
}

describe("an answer of Stripe", () => {
  it.each([
    [
      402,
      { type: "card_error", code: "card_declined", decline_code: "insufficient_funds" },
      "insufficient-funds",
      "insufficient_funds",
    ],
    [
      402,
      { type: "card_error", code: "card_declined", decline_code: "lost_card" },
      "card-declined",
      "lost_card",
    ],
    [402, { type: "card_error", code: "expired_card" }, "card-declined", "expired_card"],
    [
      400,
      { type: "invalid_request_error", code: "amount_too_small" },
      "amount-not-accepted",
      "amount_too_small",
    ],
    [
      400,
      { type: "invalid_request_error", code: "payment_intent_unexpected_state" },
      "wrong-state",
      "payment_intent_unexpected_state",
    ],
    [
      400,
      { type: "invalid_request_error", code: "charge_already_refunded" },
      "wrong-state",
      "charge_already_refunded",
    ],
    [
      400,
      { type: "invalid_request_error", code: "balance_insufficient" },
      "insufficient-funds",
      "balance_insufficient",
    ],
    [
      400,
      { type: "invalid_request_error", code: "resource_missing", param: "destination" },
      "recipient-not-accepted",
      "resource_missing",
    ],
    [
      404,
      { type: "invalid_request_error", code: "resource_missing", param: "intent" },
      "not-found",
      "resource_missing",
    ],
    [400, { type: "invalid_request_error" }, "rejected", "invalid_request_error"],
    [422, {}, "rejected", "http_422"],
  ])("%i %j declines", (status, error, reason, code) => {
    const declined = { outcome: "declined", reason, code };
    expect(failureOf(refusedWith(status, error))).toEqual(declined);
    // One key is one request: the last answer is conclusive, whatever happened to earlier attempts.
    expect(failureOf(answered(status, { error }, { earlierMayCount: true }))).toEqual(declined);
  });

  it.each([
    [401, {}],
    [403, {}],
    [429, {}],
    [400, { code: "rate_limit" }],
    [409, { code: "lock_timeout" }],
  ])("%i %j means that nothing happened, if nothing was sent before", (status, error) => {
    expect(failureOf(refusedWith(status, error)).outcome).toBe("notSent");
    expect(failureOf(answered(status, { error }, { earlierMayCount: true })).outcome).toBe("unknown");
  });

  it("may say when to come back", () => {
    const wait = (value: string) => failureOf(answered(429, {}, { headers: { "retry-after": value } }));
    expect(wait("7")).toMatchObject({ retryAfterMs: 7000 });
    expect(wait("soon")).not.toHaveProperty("retryAfterMs");
  });

  it.each([
    [500, {}],
    [503, {}],
    [409, { code: "idempotency_key_in_use" }],
    [400, { type: "idempotency_error" }],
    [302, {}],
  ])("%i %j leaves it open", (status, error) => {
    expect(failureOf(refusedWith(status, error)).outcome).toBe("unknown");
  });

  it("is no refusal when Stripe says that the same request may fare better", () => {
    const error = { type: "invalid_request_error" };
    const said = (value: string) =>
      failureOf(answered(400, { error }, { headers: { "stripe-should-retry": value } })).outcome;
    expect(said("true")).toBe("unknown");
    expect(said("false")).toBe("declined");
  });

  it.each(["", "<html>", "[]", '{"error":"text"}', '{"error":{"code":7}}'])(
    "is classified by its status alone when its body is %j",
    (body) => {
      expect(failureOf(answered(400, body))).toEqual({
        outcome: "declined",
        reason: "rejected",
        code: "http_400",
      });
      expect(failureOf(answered(502, body)).outcome).toBe("unknown");
    },
  );

  it("never shows Stripe's message, which may quote what was sent", () => {
    const failure = failureOf(refusedWith(500, { message: "acct of somebody@example.com", code: "x" }));
    expect(JSON.stringify(failure)).not.toContain("somebody");
  });
});

describe("no answer", () => {
  it("is notSent when nothing left, and unknown otherwise", () => {
    const silent = (mayCount: boolean) =>
      failureOf({ kind: "no-answer", mayCount, detail: "ECONNRESET" }).outcome;
    expect(silent(false)).toBe("notSent");
    expect(silent(true)).toBe("unknown");
  });
});
