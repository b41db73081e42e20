/** Encoded keys sort as DynamoDB sorts them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterPrefix, encodeKeyValue } from "../../../../local/engine/dynamo/keys.ts";

const text = fc.string({ unit: "binary", maxLength: 8 });

describe("keys", () => {
  it("orders strings by code point, which is the order of their UTF-8 bytes", () => {
    fc.assert(
      fc.property(text, text, (left, right) => {
        const points = (value: string) => [...value].map((character) => character.codePointAt(0) ?? 0);
        const [a, b] = [points(left), points(right)];
        const at = a.findIndex((point, place) => point !== b[place]);
        const expected = at === -1 ? a.length - b.length : (a[at] ?? 0) - (b[at] ?? -1);
        const order = Buffer.compare(encodeKeyValue({ S: left }), encodeKeyValue({ S: right }));
        expect(order).toBe(Math.sign(expected));
      }),
    );
  });

  it("bounds exactly what starts with a prefix", () => {
    const bytes = fc.uint8Array({ maxLength: 4 });
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 3 }), bytes, (prefix, candidate) => {
        const before = Uint8Array.from(prefix);
        const end = afterPrefix(prefix);
        const inRange =
          Buffer.compare(candidate, prefix) >= 0 && (end === undefined || Buffer.compare(candidate, end) < 0);
        const starts = Buffer.compare(candidate.subarray(0, prefix.length), prefix) === 0;
        expect(inRange).toBe(starts);
        expect(prefix).toEqual(before);
      }),
    );
    const shared = Buffer.from("b#");
    afterPrefix(shared);
    expect(shared.toString()).toBe("b#");
  });
});
