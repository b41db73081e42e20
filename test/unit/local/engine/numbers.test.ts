/** DynamoDB's decimals: exact, canonical, ordered. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeNumber } from "../../../../local/engine/dynamo/keys.ts";
import {
  addNumbers,
  canonicalNumber,
  compareNumbers,
  subtractNumbers,
} from "../../../../local/engine/dynamo/numbers.ts";

/** A decimal as an integer and a power of ten, the reference that the text is checked against. */
type Reference = { readonly units: bigint; readonly places: number; readonly text: string };

const reference = (digits: number, places: number): fc.Arbitrary<Reference> =>
  fc
    .record({
      units: fc.bigInt({ min: -(10n ** BigInt(digits)) + 1n, max: 10n ** BigInt(digits) - 1n }),
      places: fc.integer({ min: -places, max: places }),
    })
    .map(({ units, places: exponent }) => ({ units, places: exponent, text: `${units}e${exponent}` }));

const wide = reference(38, 80);
const narrow = reference(18, 9);

function scaledTo(places: number, { units, places: own }: Reference): bigint {
  return units * 10n ** BigInt(own - places);
}

function compareReferences(left: Reference, right: Reference): number {
  const places = Math.min(left.places, right.places);
  const difference = scaledTo(places, left) - scaledTo(places, right);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

describe("numbers", () => {
  it.each([
    ["0", "0"],
    ["-0.00", "0"],
    ["+7", "7"],
    ["007.10", "7.1"],
    [".5", "0.5"],
    ["5.", "5"],
    ["1e2", "100"],
    ["1.25E+1", "12.5"],
    ["-1e-3", "-0.001"],
  ])("writes %s as %s", (text, canonical) => {
    expect(canonicalNumber(text)).toBe(canonical);
  });

  it.each(["", ".", "e1", "1e", "--1", "0x10", "NaN", "1 ", "1_000"])("refuses '%s'", (text) => {
    expect(() => canonicalNumber(text)).toThrow("cannot be converted to a numeric value");
  });

  it("has one text for each value", () => {
    fc.assert(
      fc.property(wide, fc.integer({ min: 0, max: 20 }), ({ units, places, text }, zeros) => {
        const shifted = `${units}${"0".repeat(zeros)}e${places - zeros}`;
        expect(canonicalNumber(shifted)).toBe(canonicalNumber(text));
        expect(canonicalNumber(canonicalNumber(text))).toBe(canonicalNumber(text));
      }),
    );
  });

  it("orders by value", () => {
    fc.assert(
      fc.property(wide, wide, (left, right) => {
        const order = compareNumbers(canonicalNumber(left.text), canonicalNumber(right.text));
        expect(Math.sign(order)).toBe(compareReferences(left, right));
      }),
    );
  });

  it("encodes keys whose bytes are in the order of their values", () => {
    fc.assert(
      fc.property(wide, wide, (left, right) => {
        const order = Buffer.compare(encodeNumber(left.text), encodeNumber(right.text));
        expect(order).toBe(compareReferences(left, right));
      }),
    );
  });

  it("encodes keys in order where digits only differ in length", () => {
    const ascending = [
      "-1e125",
      "-105",
      "-10.5",
      "-10",
      "-1.05",
      "-1",
      "-1e-130",
      "0",
      "1e-130",
      "0.1",
      "0.15",
      "1",
      "1.5",
      "10",
      "10.01",
      "100",
      "1e125",
    ];
    const encoded = ascending.map(encodeNumber);
    expect(encoded.toSorted(Buffer.compare)).toEqual(encoded);
  });

  it("adds and subtracts exactly", () => {
    fc.assert(
      fc.property(narrow, narrow, (left, right) => {
        const places = Math.min(left.places, right.places);
        const sum = scaledTo(places, left) + scaledTo(places, right);
        const difference = scaledTo(places, left) - scaledTo(places, right);
        const [a, b] = [canonicalNumber(left.text), canonicalNumber(right.text)];
        expect(addNumbers(a, b)).toBe(canonicalNumber(`${sum}e${places}`));
        expect(subtractNumbers(a, b)).toBe(canonicalNumber(`${difference}e${places}`));
      }),
    );
  });

  it("refuses a sum that needs more than 38 digits", () => {
    expect(() => addNumbers("1e37", "0.1")).toThrow("more than 38 significant digits");
    expect(addNumbers("9".repeat(38), "1")).toBe(`1${"0".repeat(38)}`);
    expect(() => addNumbers("9e125", "9e125")).toThrow("Number overflow");
  });
});
