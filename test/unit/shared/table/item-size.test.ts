import { describe, expect, it } from "vitest";
import { itemSize, readUnits, valueSize, writeUnits } from "../../../../shared/table/item-size.ts";

/** Worked out by hand from "DynamoDB item sizes and formats" in the Amazon DynamoDB Developer Guide. */
describe("the size of a value", () => {
  it.each([
    ["text, in bytes of UTF-8", "abc", 3],
    ["text with an umlaut", "ä", 2],
    ["an emoji", "\u{1f355}", 4],
    ["no text", "", 0],
    ["two digits: one byte, and one more", 27, 2],
    ["three digits: two bytes, and one more", 123, 3],
    ["a minus sign: one more", -27, 3],
    ["trailing zeros, which are trimmed", 2700, 2],
    ["leading zeros, which are trimmed", 0.0027, 2],
    ["a decimal point, which is no digit", 12.34, 3],
    ["zero", 0, 1],
    ["thirteen digits of milliseconds", 1_763_812_800_123, 8],
    ["thirty-eight digits", 12345678901234567890123456789012345678n, 20],
    ["a large number with an exponent", 1e21, 2],
    ["a boolean", true, 1],
    ["null", null, 1],
    ["bytes, not their base64", new Uint8Array(100), 100],
    ["an empty list", [], 3],
    ["a list: three, and one for each element", ["a", "bc"], 3 + 2 + 3],
    ["an empty map", {}, 3],
    ["a map: three, and one for each element", { ab: "c", d: 12 }, 3 + (1 + 2 + 1) + (1 + 1 + 2)],
    ["nested", { a: [{}] }, 3 + 1 + 1 + (3 + 1 + 3)],
    ["a set of text", new Set(["a", "bc"]), 3],
    ["members left out", { a: undefined }, 3],
  ])("counts %s", (_, value, size) => {
    expect(valueSize(value)).toBe(size);
  });
});

describe("the size of an item", () => {
  it("is the sum of its names and values", () => {
    expect(itemSize({ pk: "USER#1", sk: "USER", age: 42, tags: ["a"], active: true })).toBe(
      2 + 6 + (2 + 4) + (3 + 2) + (4 + 3 + 2) + (6 + 1),
    );
  });

  it("leaves out what is undefined, and counts names in bytes", () => {
    expect(itemSize({ größe: 1, none: undefined })).toBe(7 + 2);
  });
});

describe("units", () => {
  it.each([
    [0, 1, 1],
    [1, 1, 1],
    [1024, 1, 1],
    [1025, 2, 1],
    [4096, 4, 1],
    [4097, 5, 2],
    [400 * 1024, 400, 100],
  ])("of %i bytes are %i to write and %i to read", (bytes, write, read) => {
    expect([writeUnits(bytes), readUnits(bytes)]).toEqual([write, read]);
  });
});
