import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allocate } from "../../../../shared/money/allocate.ts";
import { formatMoney } from "../../../../shared/money/format.ts";
import { add, equals, minorUnits, money, negate } from "../../../../shared/money/money.ts";

const amount = fc.integer({ min: -1_000_000_000_000, max: 1_000_000_000_000 });

describe("money", () => {
  it("refuses what is not a safe integer of minor units, and says what it was", () => {
    for (const value of [1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => money(value, "USD")).toThrow(
        new RangeError(`${value} is not a safe integer of minor units`),
      );
    }
    expect(minorUnits(Number.MIN_SAFE_INTEGER)).toBe(Number.MIN_SAFE_INTEGER);
  });

  it("refuses a currency it does not know, and names it", () => {
    for (const currency of ["XXX", "usd", "", "toString"])
      expect(() => money(1, currency)).toThrow(new TypeError(`${currency} is not a known currency`));
  });

  it("refuses to add two currencies", () => {
    expect(() => add(money(1, "USD"), money(1, "EUR"))).toThrow(new TypeError("USD and EUR do not add up"));
  });

  it("overflows loudly", () => {
    expect(() => add(money(Number.MAX_SAFE_INTEGER, "USD"), money(1, "USD"))).toThrow(RangeError);
  });

  it("is the same when both the amount and the currency are", () => {
    expect(equals(money(5, "USD"), money(5, "USD"))).toBe(true);
    expect(equals(money(5, "USD"), money(6, "USD"))).toBe(false);
    expect(equals(money(5, "USD"), money(5, "EUR"))).toBe(false);
  });

  it("undoes what it does", () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        const [x, y] = [money(a, "USD"), money(b, "USD")];
        expect(equals(add(add(x, y), negate(y)), x)).toBe(true);
        expect(add(x, y)).toEqual(add(y, x));
        expect(Object.is(negate(money(0, "USD")).value, -0)).toBe(false);
      }),
    );
  });
});

describe("allocate", () => {
  const weights = fc
    .array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 12 })
    .filter((all) => all.some(Boolean));

  it("gives parts that sum to the whole, each within one minor unit of its share", () => {
    fc.assert(
      fc.property(amount, weights, (value, shares) => {
        const parts = allocate(money(value, "USD"), shares);
        const total = shares.reduce((sum, share) => sum + share, 0);
        expect(parts.reduce((sum, part) => sum + part.value, 0)).toBe(value);
        parts.forEach((part, index) => {
          const exact = (value * (shares[index] ?? 0)) / total;
          expect(Math.abs(part.value - exact)).toBeLessThanOrEqual(1);
          if (shares[index] === 0) expect(part.value).toBe(0);
        });
      }),
    );
  });

  it("spreads equal weights by at most one unit, the earlier ones first", () => {
    expect(allocate(money(100, "USD"), [1, 1, 1]).map((part) => part.value)).toEqual([34, 33, 33]);
    expect(allocate(money(-100, "USD"), [1, 1, 1]).map((part) => part.value)).toEqual([-34, -33, -33]);
  });

  it("gives what is left to the largest remainder, whatever the weight, and to the earlier of two", () => {
    const values = (value: number, weights: number[]) =>
      allocate(money(value, "USD"), weights).map((part) => part.value);
    // Exact shares 3.125 and 1.875; then 0.25, 1.5 and 1.25; then 0.5 and 0.5.
    expect(values(5, [5, 3])).toEqual([3, 2]);
    expect(values(3, [1, 6, 5])).toEqual([0, 2, 1]);
    expect(values(1, [1, 1])).toEqual([1, 0]);
    expect(values(0, [1, 2])).toEqual([0, 0]);
  });

  it("stays exact where a product of both leaves the safe integers", () => {
    const parts = allocate(money(Number.MAX_SAFE_INTEGER, "USD"), [
      Number.MAX_SAFE_INTEGER,
      Number.MAX_SAFE_INTEGER - 1,
    ]);
    expect(parts.reduce((sum, part) => sum + BigInt(part.value), 0n)).toBe(BigInt(Number.MAX_SAFE_INTEGER));
  });

  it("refuses weights that are none", () => {
    for (const weights of [[], [0, 0]])
      expect(() => allocate(money(1, "USD"), weights)).toThrow(
        new RangeError("an allocation needs a weight above zero"),
      );
    for (const weights of [[-1, 2], [0.5], [2 ** 53]])
      expect(() => allocate(money(1, "USD"), weights)).toThrow(
        new RangeError("weights are non-negative safe integers"),
      );
  });
});

describe("formatMoney", () => {
  it("prints the places the currency has", () => {
    expect(formatMoney(money(1250, "USD"))).toBe("12.50 USD");
    expect(formatMoney(money(-5, "USD"))).toBe("-0.05 USD");
    expect(formatMoney(money(0, "USD"))).toBe("0.00 USD");
    expect(formatMoney(money(500, "JPY"))).toBe("500 JPY");
    expect(formatMoney(money(1, "KWD"))).toBe("0.001 KWD");
  });
});
