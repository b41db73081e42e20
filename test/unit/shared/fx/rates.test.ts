import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buyFor, type Rates, rateSchema, ratesSchema, sellFor } from "../../../../shared/fx/rates.ts";
import { money } from "../../../../shared/money/money.ts";

const rates: Rates = {
  base: "USD",
  rates: { EUR: "0.92", JPY: "150.25", KWD: "0.3075", CNY: "7.1234567891" },
  spreadBasisPoints: 50,
  asOf: 0,
};
const currency = fc.constantFrom("USD", "EUR", "JPY", "KWD", "CNY");
const value = fc.integer({ min: 1, max: 1_000_000_000 });

describe("exchange", () => {
  it("crosses currencies of different minor units", () => {
    expect(buyFor({ ...rates, spreadBasisPoints: 0 }, money(100_00, "USD"), "JPY")).toMatchObject({
      value: { buy: money(15_025, "JPY"), rate: "150.25" },
    });
    expect(buyFor({ ...rates, spreadBasisPoints: 0 }, money(100_00, "USD"), "KWD")).toMatchObject({
      value: { buy: money(30_750, "KWD") },
    });
    expect(buyFor(rates, money(100_00, "USD"), "EUR")).toMatchObject({
      value: { buy: money(91_54, "EUR"), rate: "0.9154" },
    });
  });

  it("never gains on the way there and back", () => {
    fc.assert(
      fc.property(value, currency, currency, fc.nat(1_000), (amount, from, to, spreadBasisPoints) => {
        const there = buyFor({ ...rates, spreadBasisPoints }, money(amount, from), to);
        if (!there.ok) return;
        const back = buyFor({ ...rates, spreadBasisPoints }, there.value.buy, from);
        if (back.ok) expect(back.value.buy.value).toBeLessThanOrEqual(amount);
      }),
    );
  });

  it("asks at least what the bought amount is worth, and not more than one unit above it", () => {
    fc.assert(
      fc.property(value, currency, currency, (amount, from, to) => {
        const exchange = sellFor(rates, from, money(amount, to));
        if (!exchange.ok) throw new Error("there is a rate");
        const { sell } = exchange.value;
        const again = buyFor(rates, sell, to);
        expect(again.ok ? again.value.buy.value : 0).toBeGreaterThanOrEqual(amount);
        if (sell.value > 1) {
          const less = buyFor(rates, money(sell.value - 1, from), to);
          expect(less.ok ? less.value.buy.value : 0).toBeLessThan(amount);
        }
      }),
    );
  });

  it("refuses what has no rate and what would buy nothing", () => {
    expect(buyFor(rates, money(100, "GBP"), "EUR")).toEqual({ ok: false, error: { code: "no-rate" } });
    expect(sellFor(rates, "USD", money(1, "GBP"))).toEqual({ ok: false, error: { code: "no-rate" } });
    expect(buyFor(rates, money(1, "JPY"), "USD")).toEqual({ ok: false, error: { code: "amount-too-small" } });
  });

  it.each(["0", "0.00", "-1", "1e3", "1.", ".5", "1.12345678901", "1,5"])("refuses the rate %s", (text) => {
    expect(rateSchema.safeParse(text).success).toBe(false);
  });

  it("refuses rates of what is no currency", () => {
    const table = { base: "USD", rates: { XXX: "1" }, spreadBasisPoints: 0 };
    expect(ratesSchema.safeParse(table).success).toBe(false);
  });
});
