/** Sizes of items by the rules AWS publishes. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AttributeValue } from "../../../../local/engine/dynamo/attribute-values.ts";
import { readUnits, writeUnits } from "../../../../local/engine/dynamo/capacity.ts";
import { itemSize, valueSize } from "../../../../local/engine/dynamo/item-size.ts";

const SIZES: readonly (readonly [value: AttributeValue, bytes: number])[] = [
  [{ S: "" }, 0],
  [{ S: "é€" }, 5],
  [{ B: "AQID" }, 3],
  [{ BOOL: false }, 1],
  [{ NULL: true }, 1],
  [{ N: "0" }, 1],
  [{ N: "1" }, 2],
  [{ N: "-1" }, 3],
  [{ N: "12" }, 2],
  [{ N: "1000000" }, 2],
  [{ N: "123456789" }, 6],
  [{ SS: ["a", "bc"] }, 3],
  [{ BS: ["AQID", "AQ=="] }, 4],
  [{ L: [] }, 3],
  [{ L: [{ S: "abc" }, { BOOL: true }] }, 3 + (3 + 1) + (1 + 1)],
  [{ M: {} }, 3],
  [{ M: { key: { S: "abc" } } }, 3 + 3 + 3 + 1],
];

describe("item size", () => {
  it.each(SIZES)("of %o is %i bytes", (value, bytes) => {
    expect(valueSize(value)).toBe(bytes);
  });

  it("counts attribute names as UTF-8", () => {
    expect(itemSize({ pk: { S: "a" }, é: { BOOL: true } })).toBe(2 + 1 + 2 + 1);
  });

  it("of a number is at most half its digits and three", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 38n - 1n }), (value) => {
        const digits = value.toString().replace(/0+$/, "").length;
        const size = valueSize({ N: value.toString() });
        expect(size).toBeGreaterThanOrEqual(Math.ceil(digits / 2) + 1);
        expect(size).toBeLessThanOrEqual(Math.ceil(digits / 2) + 2);
      }),
    );
  });

  it("is charged by the KB for writes and by 4 KB for reads", () => {
    expect([0, 1, 1024, 1025].map(writeUnits)).toEqual([1, 1, 1, 2]);
    expect([0, 4096, 4097].map((bytes) => readUnits(bytes, true))).toEqual([1, 1, 2]);
    expect([0, 4096, 4097].map((bytes) => readUnits(bytes, false))).toEqual([0.5, 0.5, 1]);
  });
});
