/** From PaymentIntents to neutral facts, and from our input to Stripe's parameters. */
import { describe, expect, it } from "vitest";
import type { CreatePaymentInput } from "../../../../shared/channels/channel.ts";
import { parsePaymentIntent, paymentFact } from "../../../../shared/channels/stripe/facts.ts";
import { cancelIntentParams, createIntentRequest } from "../../../../shared/channels/stripe/requests.ts";
import { anIntent } from "./stripe-builders.ts";

const factOf = (overrides: Record<string, unknown>, occurredAtMs?: number) => {
  const intent = parsePaymentIntent(anIntent(overrides));
  return intent && paymentFact(intent, occurredAtMs);
};

describe("a fact", () => {
  it.each([
    ["requires_payment_method", "requires_action"],
    ["requires_confirmation", "requires_action"],
    ["requires_action", "requires_action"],
    ["processing", "processing"],
    ["requires_capture", "processing"],
    ["succeeded", "succeeded"],
    ["canceled", "cancelled"],
  ])("calls %s %s", (status, neutral) => {
    expect(factOf({ status })).toMatchObject({ status: neutral, rawStatus: status });
  });

  it("states what was received once succeeded, what was asked before", () => {
    expect(factOf({ amount: 1230, amount_received: 1000 })?.amount).toEqual({ value: 1000, currency: "USD" });
    expect(factOf({ status: "processing", amount_received: 0 })?.amount.value).toBe(1230);
  });

  it("takes the time of the event, else of the charge or the cancellation, else of the creation", () => {
    expect(factOf({}, 5)?.occurredAtMs).toBe(5);
    expect(factOf({ latest_charge: { id: "ch_1", created: 1_768_478_450 } })?.occurredAtMs).toBe(
      1_768_478_450_000,
    );
    expect(factOf({ status: "canceled", canceled_at: 1_768_478_460 })?.occurredAtMs).toBe(1_768_478_460_000);
    expect(factOf({})?.occurredAtMs).toBe(1_768_478_400_000);
  });

  it("tells a failed attempt only while it is the last word", () => {
    const last_payment_error = { code: "expired_card", message: "Expired." };
    const failed = factOf({ status: "requires_payment_method", last_payment_error });
    expect(failed?.attemptFailed).toEqual({ code: "expired_card", message: "Expired." });
    expect(factOf({ status: "succeeded", last_payment_error })).not.toHaveProperty("attemptFailed");
    expect(factOf({ status: "requires_payment_method" })).not.toHaveProperty("attemptFailed");
  });

  it("has no payment id when the metadata has none", () => {
    expect(factOf({ metadata: {} })).not.toHaveProperty("paymentId");
  });

  it.each([
    ["another object", { object: "charge" }],
    ["an unknown status", { status: "paid" }],
    ["a fractional amount", { amount: 1.5 }],
    ["an amount as text", { amount: "1230" }],
    ["a missing mode", { livemode: undefined }],
    ["an amount without a value of ours", { currency: "isk", amount_received: 150 }],
  ])("is not read from %s", (_what, overrides) => {
    expect(factOf(overrides)).toBeUndefined();
  });
});

describe("a create request", () => {
  const input: CreatePaymentInput = {
    paymentId: "pay_1",
    idempotencyKey: "pay_1:create:1",
    money: { value: 1230, currency: "EUR" },
    description: "Tea",
    metadata: { order: "7", payment_id: "forged" },
    expiresAtMs: 1,
  };

  it("carries amount, currency and our id, which metadata cannot replace", () => {
    expect(createIntentRequest(input)).toEqual({
      ok: true,
      idempotencyKey: "pay_1:create:1",
      params: {
        amount: 1230,
        currency: "eur",
        description: "Tea",
        capture_method: "automatic",
        automatic_payment_methods: { enabled: true },
        metadata: { order: "7", payment_id: "pay_1" },
      },
    });
  });

  it("does not depend on our deadline, which may differ in a retry", () => {
    expect(createIntentRequest({ ...input, expiresAtMs: 2 })).toEqual(createIntentRequest(input));
  });

  it.each([
    [{ value: 49, currency: "EUR" }, "amount-not-accepted", "amount_too_small"],
    [{ value: 100_000_000, currency: "EUR" }, "amount-not-accepted", "amount_too_large"],
    [{ value: 1231, currency: "KWD" }, "amount-not-accepted", "amount_not_representable"],
    [{ value: 100, currency: "ZZZ" }, "currency-not-accepted", "invalid_currency"],
    [{ value: 100, currency: "toString" }, "currency-not-accepted", "invalid_currency"],
  ])("refuses %j before it is sent", (money, reason, code) => {
    expect(createIntentRequest({ ...input, money })).toEqual({
      ok: false,
      declined: { outcome: "declined", reason, code },
    });
  });
});

describe("a cancel request", () => {
  it("gives Stripe one of its own reasons", () => {
    expect(cancelIntentParams("expired")).toEqual({ cancellation_reason: "abandoned" });
    expect(cancelIntentParams("requested")).toEqual({ cancellation_reason: "requested_by_customer" });
  });
});
