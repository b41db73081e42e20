import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseDecimal, toDecimal } from "../../../shared/channels/decimal.ts";
import {
  BEIJING,
  fromLocalTime,
  INDIA,
  localDay,
  startOfDay,
  toLocalTime,
} from "../../../shared/channels/local-time.ts";
import { fromReference, toReference } from "../../../shared/channels/reference.ts";
import { derivedId } from "../../../shared/platform/ids.ts";

const currency = fc.constantFrom("USD", "JPY", "KWD", "CNY", "INR");

describe("decimal amounts", () => {
  it.each([
    [1230, "USD", "12.30"],
    [5, "USD", "0.05"],
    [0, "USD", "0.00"],
    [500, "JPY", "500"],
    [1234, "KWD", "1.234"],
  ])("%i %s is %s", (value, code, text) => {
    expect(toDecimal({ value, currency: code })).toBe(text);
    expect(parseDecimal(text, code)).toBe(value);
  });

  it("come back as they went", () => {
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), currency, (value, code) => {
        const text = toDecimal({ value, currency: code });
        // More than fifteen digits before the point are nobody's amount.
        if (text.replace(/\..*/, "").length <= 15) expect(parseDecimal(text, code)).toBe(value);
      }),
    );
  });

  it.each(["1e3", "-1", "+1", " 1", "1 ", "1.005", "", ".5", "1.", "1,00", "0x10", "NaN", "9".repeat(16)])(
    "refuse %j",
    (text) => {
      expect(parseDecimal(text, "USD")).toBeUndefined();
    },
  );

  it("take zeros beyond the currency's places, and no currency they do not know", () => {
    expect(parseDecimal("12.3000", "USD")).toBe(1230);
    expect(parseDecimal("5.00", "JPY")).toBe(5);
    expect(parseDecimal("1.00", "XXX")).toBeUndefined();
    expect(() => toDecimal({ value: 1, currency: "XXX" })).toThrow(RangeError);
    expect(() => toDecimal({ value: -1, currency: "USD" })).toThrow(RangeError);
  });
});

describe("local times", () => {
  it("are ahead of UTC by the zone's offset", () => {
    const at = Date.UTC(2026, 10, 22, 17, 0, 1);
    expect(toLocalTime(at, BEIJING)).toBe("2026-11-23 01:00:01");
    expect(toLocalTime(at, INDIA)).toBe("2026-11-22 22:30:01");
    expect(localDay(at, BEIJING)).toBe("2026-11-23");
    expect(startOfDay("2026-11-23", BEIJING)).toBe(Date.UTC(2026, 10, 22, 16));
    expect(fromLocalTime("2026-11-22 22:30:01.0", INDIA)).toBe(at);
  });

  it("come back as they went", () => {
    const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
    fc.assert(
      fc.property(seconds, fc.constantFrom(BEIJING, INDIA, 0), (second, offset) => {
        expect(fromLocalTime(toLocalTime(second * 1000, offset), offset)).toBe(second * 1000);
      }),
    );
  });

  it("refuse what is no time", () => {
    expect(fromLocalTime("2026-13-01 00:00:00", 0)).toBeUndefined();
    expect(fromLocalTime("2026-11-22T00:00:00", 0)).toBeUndefined();
    expect(() => startOfDay("2026-02-30", 0)).toThrow(RangeError);
    expect(() => startOfDay("today", 0)).toThrow(RangeError);
  });
});

it("our references come back as our ids, and nothing else does", () => {
  const id = derivedId("payment", "x");
  expect(toReference(id)).toMatch(/^[0-9A-Z]{26}$/);
  expect(fromReference("payment", toReference(id))).toBe(id);
  expect(fromReference("payment", "somebody-else")).toBeUndefined();
  expect(fromReference("payment", undefined)).toBeUndefined();
});
