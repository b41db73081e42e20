/** Amounts between ISO 4217 minor units and Stripe's wire. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  fromStripeAmount,
  MAX_STRIPE_AMOUNT,
  maxInMinorUnits,
  stepInMinorUnits,
  toStripeAmount,
} from "../../../../shared/channels/stripe/amounts.ts";
import { stripeCapabilities } from "../../../../shared/channels/stripe/capabilities.ts";

describe("known amounts", () => {
  it.each([
    [{ value: 1230, currency: "USD" }, 1230, "usd"],
    [{ value: 500, currency: "JPY" }, 500, "jpy"],
    [{ value: 1230, currency: "KWD" }, 1230, "kwd"],
    [{ value: 500, currency: "ISK" }, 50_000, "isk"],
    [{ value: 500, currency: "UGX" }, 50_000, "ugx"],
    [{ value: 500_00, currency: "MGA" }, 500, "mga"],
    [{ value: 175_00, currency: "HUF" }, 175_00, "huf"],
    [{ value: 20_00, currency: "TWD" }, 20_00, "twd"],
    [{ value: MAX_STRIPE_AMOUNT, currency: "EUR" }, MAX_STRIPE_AMOUNT, "eur"],
  ])("%j is %i %s", (money, amount, currency) => {
    expect(toStripeAmount(money)).toEqual({ ok: true, amount, currency });
    expect(fromStripeAmount(amount, currency)).toEqual(money);
  });

  it.each([
    [{ value: 0, currency: "USD" }, "amount_not_representable"],
    [{ value: -1, currency: "USD" }, "amount_not_representable"],
    [{ value: 1.5, currency: "USD" }, "amount_not_representable"],
    [{ value: Number.NaN, currency: "USD" }, "amount_not_representable"],
    [{ value: 2 ** 53, currency: "USD" }, "amount_not_representable"],
    [{ value: MAX_STRIPE_AMOUNT + 1, currency: "USD" }, "amount_too_large"],
    [{ value: 1_000_000, currency: "ISK" }, "amount_too_large"],
    [{ value: 100_000_001, currency: "KWD" }, "amount_too_large"],
    [{ value: 10_000_000_000, currency: "MGA" }, "amount_too_large"],
    [{ value: 1231, currency: "KWD" }, "amount_not_representable"],
    [{ value: 1231, currency: "BHD" }, "amount_not_representable"],
    [{ value: 1231, currency: "JOD" }, "amount_not_representable"],
    [{ value: 1231, currency: "OMR" }, "amount_not_representable"],
    [{ value: 1231, currency: "TND" }, "amount_not_representable"],
    [{ value: 50_050, currency: "MGA" }, "amount_not_representable"],
    [{ value: 100, currency: "usd" }, "invalid_currency"],
    [{ value: 100, currency: "DOLLAR" }, "invalid_currency"],
  ])("%j is refused as %s", (money, code) => {
    expect(toStripeAmount(money)).toEqual({ ok: false, code });
  });

  it.each([
    [150, "isk"],
    [-1, "usd"],
    [1.5, "usd"],
    [2 ** 53, "usd"],
    [2 ** 50, "mga"],
    [100, "us"],
    [100, "usdx"],
    [100, "xusd"],
  ])("%d %s has no value of ours", (amount, currency) => {
    expect(fromStripeAmount(amount, currency)).toBeUndefined();
  });
});

describe("nothing", () => {
  it("can be received, though not be sent", () => {
    expect(fromStripeAmount(0, "usd")).toEqual({ value: 0, currency: "USD" });
  });
});

describe("the range of a currency", () => {
  it.each([
    ["USD", 1, 99_999_999],
    ["KWD", 10, 99_999_990],
    ["ISK", 1, 999_999],
    ["MGA", 100, 9_999_999_900],
  ])("of %s is in steps of %i to %i", (currency, step, max) => {
    expect([stepInMinorUnits(currency), maxInMinorUnits(currency)]).toEqual([step, max]);
  });
});

const currency = fc.constantFrom(
  ...Object.keys(stripeCapabilities.currencies),
  "UGX",
  "MGA",
  "TND",
  "OMR",
  "JOD",
  "XOF",
);

describe("any amount", () => {
  it("comes back unchanged when it can be sent at all, as an integer of at most eight digits", () => {
    fc.assert(
      fc.property(currency, fc.integer({ min: 1, max: 1e10 }), (code, value) => {
        const wire = toStripeAmount({ value, currency: code });
        if (!wire.ok) return;
        expect(Number.isInteger(wire.amount)).toBe(true);
        expect(wire.amount).toBeLessThanOrEqual(MAX_STRIPE_AMOUNT);
        expect(wire.amount).toBeGreaterThan(0);
        expect(fromStripeAmount(wire.amount, wire.currency)).toEqual({ value, currency: code });
      }),
    );
  });

  it("can be sent exactly when it is a multiple of the step and no more than the maximum", () => {
    fc.assert(
      fc.property(currency, fc.integer({ min: 1, max: 2e8 }), (code, value) => {
        const fits = value % stepInMinorUnits(code) === 0 && value <= maxInMinorUnits(code);
        expect(toStripeAmount({ value, currency: code }).ok).toBe(fits);
      }),
    );
  });
});

describe("the capability table", () => {
  it.each(Object.entries(stripeCapabilities.currencies))(
    "offers %s within what can be sent",
    (code, range) => {
      for (const value of [range.min, range.max])
        expect(toStripeAmount({ value, currency: code }).ok).toBe(true);
      expect(toStripeAmount({ value: range.max + range.step, currency: code }).ok).toBe(false);
      expect(range.min).toBeLessThan(range.max);
    },
  );
});
