/** From Stripe's errors to outcomes: what may have happened decides what is done next. */
import Stripe from "stripe";
import { describe, expect, it } from "vitest";
import { errorFields, isStripeError, outcomeOfError } from "../../../../shared/channels/stripe/errors.ts";

const outcome = (fields: Parameters<typeof outcomeOfError>[0], earlier = false) =>
  outcomeOfError(fields, earlier);

describe("an answer of Stripe", () => {
  it.each([
    [
      { statusCode: 402, rawType: "card_error", code: "card_declined", declineCode: "insufficient_funds" },
      "insufficient-funds",
      "insufficient_funds",
    ],
    [
      { statusCode: 402, rawType: "card_error", code: "card_declined", declineCode: "lost_card" },
      "card-declined",
      "lost_card",
    ],
    [{ statusCode: 402, rawType: "card_error", code: "expired_card" }, "card-declined", "expired_card"],
    [
      { statusCode: 400, rawType: "invalid_request_error", code: "amount_too_small" },
      "amount-not-accepted",
      "amount_too_small",
    ],
    [
      { statusCode: 400, rawType: "invalid_request_error", code: "payment_intent_unexpected_state" },
      "wrong-state",
      "payment_intent_unexpected_state",
    ],
    [
      { statusCode: 404, rawType: "invalid_request_error", code: "resource_missing" },
      "not-found",
      "resource_missing",
    ],
    [{ statusCode: 400, rawType: "invalid_request_error" }, "rejected", "invalid_request_error"],
    [{ statusCode: 422 }, "rejected", "http_422"],
  ])("%j declines", (fields, reason, code) => {
    expect(outcome(fields)).toEqual({ outcome: "declined", reason, code });
    // The last answer is conclusive, whatever happened to earlier attempts.
    expect(outcome(fields, true).outcome).toBe("declined");
  });

  it.each([
    [{ statusCode: 401 }],
    [{ statusCode: 403 }],
    [{ statusCode: 429 }],
    [{ statusCode: 400, code: "rate_limit" }],
    [{ statusCode: 409, code: "lock_timeout" }],
  ])("%j means that nothing happened", (fields) => {
    expect(outcome(fields).outcome).toBe("notSent");
  });

  it("may say when to come back", () => {
    expect(outcome({ statusCode: 429, retryAfter: "7" })).toMatchObject({ retryAfterMs: 7000 });
    expect(outcome({ statusCode: 429, retryAfter: "soon" })).not.toHaveProperty("retryAfterMs");
  });

  it.each([
    [{ statusCode: 500 }],
    [{ statusCode: 503 }],
    [{ statusCode: 409, code: "idempotency_key_in_use" }],
    [{ statusCode: 400, rawType: "idempotency_error" }],
    [{ statusCode: 302 }],
  ])("%j leaves it open", (fields) => {
    expect(outcome(fields).outcome).toBe("unknown");
  });
});

describe("no answer", () => {
  it.each(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"])(
    "%s proves it was not sent",
    (networkCode) => {
      expect(outcome({ networkCode }).outcome).toBe("notSent");
    },
  );

  it.each(["ETIMEDOUT", "ECONNRESET", "UND_ERR_SOCKET", undefined])("%s leaves it open", (networkCode) => {
    expect(outcome({ networkCode }).outcome).toBe("unknown");
  });

  it("leaves it open when an earlier attempt may have arrived", () => {
    expect(outcome({ networkCode: "ECONNREFUSED" }, true).outcome).toBe("unknown");
    expect(outcome({ statusCode: 429 }, true).outcome).toBe("unknown");
  });
});

describe("what the library throws", () => {
  it("is read by its fields", () => {
    const error = new Stripe.errors.StripeCardError({
      type: "card_error",
      message: "No.",
      code: "card_declined",
      decline_code: "insufficient_funds",
      statusCode: 402,
      headers: { "retry-after": "3" },
    });
    expect(errorFields(error)).toEqual({
      statusCode: 402,
      rawType: "card_error",
      code: "card_declined",
      declineCode: "insufficient_funds",
      retryAfter: "3",
      networkCode: undefined,
    });
  });

  it("is told from a bug of ours", () => {
    expect(isStripeError(new Stripe.errors.StripeConnectionError({ type: "api_error", message: "x" }))).toBe(
      true,
    );
    expect(isStripeError(new TypeError("x is not a function"))).toBe(false);
    expect(isStripeError("text")).toBe(false);
  });
});
