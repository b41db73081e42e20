/** Rates in detail: what is a rate, the edges of amounts, and which way is rounded. */
import { describe, expect, it } from "vitest";
import { buyFor, type Rates, rateSchema, ratesSchema, sellFor } from "../../../../shared/fx/rates.ts";
import { money } from "../../../../shared/money/money.ts";

const plain: Rates = {
  base: "USD",
  rates: { EUR: "0.5", JPY: "100", GBP: "2" },
  spreadBasisPoints: 0,
  asOf: 0,
};

describe("a rate", () => {
  it.each(["1", "0.1", "123456789", "123456789.0123456789", "0.0000000001", "10.00", "007"])(
    "is %s",
    (text) => {
      expect(rateSchema.safeParse(text).success).toBe(true);
    },
  );

  it.each([
    ["", "is not a decimal rate"],
    ["a.5", "is not a decimal rate"],
    ["1.a", "is not a decimal rate"],
    ["1234567890", "is not a decimal rate"],
    ["1.12345678901", "is not a decimal rate"],
    ["0.000", "must not be zero"],
    ["00", "must not be zero"],
  ])("is not %j: %s", (text, message) => {
    expect(rateSchema.safeParse(text).error?.issues).toContainEqual(expect.objectContaining({ message }));
  });
});

describe("a table of rates", () => {
  const table = { base: "USD", rates: { EUR: "0.5" }, spreadBasisPoints: 0 };

  it("is given out as it is, with a spread of at most a tenth", () => {
    expect(ratesSchema.parse(table)).toStrictEqual(table);
    expect(ratesSchema.parse({ ...table, spreadBasisPoints: 1_000 }).spreadBasisPoints).toBe(1_000);
    for (const spreadBasisPoints of [-1, 0.5, 1_001]) {
      expect(ratesSchema.safeParse({ ...table, spreadBasisPoints }).success).toBe(false);
    }
  });

  it.each([{ base: "XXX" }, { rates: { EUR: "x" } }, { asOf: 1 }, { rates: undefined }])(
    "is none with %o",
    (change) => {
      expect(ratesSchema.safeParse({ ...table, ...change }).success).toBe(false);
    },
  );
});

describe("an exchange", () => {
  it("of one currency for itself is of the same amount, less the spread", () => {
    expect(buyFor(plain, money(5_00, "USD"), "USD")).toStrictEqual({
      ok: true,
      value: { sell: money(5_00, "USD"), buy: money(5_00, "USD"), rate: "1" },
    });
    expect(buyFor({ ...plain, spreadBasisPoints: 100 }, money(5_00, "EUR"), "EUR")).toMatchObject({
      value: { buy: money(4_95, "EUR"), rate: "0.99" },
    });
  });

  it("goes by the base between two others", () => {
    expect(buyFor(plain, money(1_00, "EUR"), "GBP")).toStrictEqual({
      ok: true,
      value: { sell: money(1_00, "EUR"), buy: money(4_00, "GBP"), rate: "4" },
    });
    expect(sellFor(plain, "EUR", money(4_00, "GBP"))).toStrictEqual({
      ok: true,
      value: { sell: money(1_00, "EUR"), buy: money(4_00, "GBP"), rate: "4" },
    });
    expect(buyFor(plain, money(100, "JPY"), "EUR")).toMatchObject({
      value: { buy: money(50, "EUR"), rate: "0.005" },
    });
  });

  it("is rounded against who exchanges", () => {
    expect(buyFor(plain, money(1_01, "USD"), "EUR")).toMatchObject({ value: { buy: money(50, "EUR") } });
    expect(sellFor(plain, "USD", money(1, "GBP"))).toMatchObject({ value: { sell: money(1, "USD") } });
    expect(sellFor(plain, "USD", money(2, "GBP"))).toMatchObject({ value: { sell: money(1, "USD") } });
    expect(sellFor(plain, "USD", money(3, "GBP"))).toMatchObject({ value: { sell: money(2, "USD") } });
    expect(sellFor(plain, "JPY", money(1, "USD"))).toMatchObject({ value: { sell: money(1, "JPY") } });
    expect(sellFor(plain, "JPY", money(1_01, "USD"))).toMatchObject({ value: { sell: money(101, "JPY") } });
  });

  it("shows at most ten places of a rate, cut off", () => {
    const thirds = { ...plain, rates: { EUR: "3" } };
    expect(buyFor(thirds, money(9_00, "EUR"), "USD")).toMatchObject({
      value: { buy: money(3_00, "USD"), rate: "0.3333333333" },
    });
    expect(buyFor(thirds, money(1_00, "USD"), "EUR")).toMatchObject({ value: { rate: "3" } });
    expect(buyFor({ ...plain, rates: { EUR: "10" } }, money(1_00, "USD"), "EUR")).toMatchObject({
      value: { rate: "10" },
    });
  });

  it("is of twelve digits at most, whichever amount is named", () => {
    const most = 999_999_999_999;
    const tooLarge = { ok: false, error: { code: "amount-too-large" } };
    const one = { ...plain, rates: { EUR: "1" } };
    expect(buyFor(one, money(most, "USD"), "EUR")).toMatchObject({ value: { buy: money(most, "EUR") } });
    expect(buyFor(one, money(most + 1, "USD"), "EUR")).toStrictEqual(tooLarge);
    expect(sellFor(one, "USD", money(most, "EUR"))).toMatchObject({ value: { sell: money(most, "USD") } });
    expect(sellFor(one, "USD", money(most + 1, "EUR"))).toStrictEqual(tooLarge);
  });

  it("is of at least one unit", () => {
    expect(buyFor(plain, money(1, "USD"), "EUR")).toStrictEqual({
      ok: false,
      error: { code: "amount-too-small" },
    });
    expect(buyFor(plain, money(2, "USD"), "EUR")).toMatchObject({ value: { buy: money(1, "EUR") } });
  });

  it("has no rate where either currency has none", () => {
    const noRate = { ok: false, error: { code: "no-rate" } };
    expect(buyFor(plain, money(1, "KWD"), "USD")).toStrictEqual(noRate);
    expect(buyFor(plain, money(1, "USD"), "KWD")).toStrictEqual(noRate);
    expect(sellFor(plain, "KWD", money(1, "USD"))).toStrictEqual(noRate);
    expect(sellFor(plain, "USD", money(1, "KWD"))).toStrictEqual(noRate);
  });
});
