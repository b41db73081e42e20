import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { printAmount, readAmount } from "../../../../local/channels/paypal/money.ts";
import { fromSigned, fromWire, stepOf, toWire } from "../../../../shared/channels/paypal/amounts.ts";
import { payPalCapabilities, refusalOf } from "../../../../shared/channels/paypal/capabilities.ts";

const { currencies } = payPalCapabilities;

const anyMoney = fc
  .constantFrom(...Object.entries(currencies))
  .chain(([currency, { min, max, step }]) =>
    fc.integer({ min: min / step, max: max / step }).map((steps) => ({ currency, value: steps * step })),
  );

describe("an amount on PayPal's wire", () => {
  it.each([
    [1230, "USD", "12.30"],
    [1, "EUR", "0.01"],
    [500, "JPY", "500"],
    [50_000, "HUF", "500"],
    [100, "TWD", "1"],
  ])("of %i %s is %s", (value, currency, text) => {
    expect(toWire({ value, currency })).toBe(text);
    expect(fromWire(text, currency)).toEqual({ value, currency });
  });

  it("comes back as it went, and means the same to the simulator", () => {
    fc.assert(
      fc.property(anyMoney, (money) => {
        const text = toWire(money);
        expect(fromWire(text, money.currency)).toEqual(money);
        expect(fromSigned(`-${text}`, money.currency)).toEqual({ ...money, value: 0 - money.value });
        expect(readAmount(text, money.currency)).toBe(money.value);
        expect(printAmount(money.value, money.currency)).toBe(text);
        expect(refusalOf(money)).toBeUndefined();
      }),
    );
  });

  it("may have decimals of nothing where we send none", () => {
    expect(fromWire("500.00", "HUF")).toEqual({ value: 50_000, currency: "HUF" });
    expect(fromWire("500.50", "JPY")).toBeUndefined();
  });

  it.each(["1e3", "-1", "+1", "1.234", " 1", "", ".", "0x10", "1,00"])("is not %j", (text) => {
    expect(fromWire(text, "USD")).toBeUndefined();
  });

  it("is never rounded", () => {
    expect(stepOf("HUF")).toBe(100);
    expect(() => toWire({ value: 150, currency: "HUF" })).toThrow(RangeError);
  });

  it("is refused before the call when PayPal is known not to take it", () => {
    const reason = (value: number, currency: string) => refusalOf({ value, currency })?.reason;
    expect(reason(150, "TWD")).toBe("amount-not-accepted");
    expect(reason(0, "USD")).toBe("amount-not-accepted");
    expect(reason(1_000_000_000, "USD")).toBe("amount-not-accepted");
    expect(reason(0.5, "USD")).toBe("amount-not-accepted");
    expect(reason(100, "INR")).toBe("currency-not-accepted");
  });
});
