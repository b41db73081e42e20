import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalText } from "../../../../local/engine/json.ts";
import { reversedMembers } from "../../../builders/reversed-members.ts";

/** A JSON value as it comes off the wire. */
const parsed = fc.jsonValue().map((value): unknown => JSON.parse(JSON.stringify(value)));

describe("the canonical text of a JSON value", () => {
  it("is that of the same value with its members in another order", () => {
    fc.assert(fc.property(parsed, (value) => canonicalText(reversedMembers(value)) === canonicalText(value)));
  });

  it("is that of no other value", () => {
    fc.assert(
      fc.property(parsed, parsed, (one, other) => {
        expect(canonicalText(one) === canonicalText(other)).toBe(isDeepStrictEqual(one, other));
      }),
    );
  });

  it.each([
    ["a text and the number in it", "1", 1],
    ["a text and what looks like two", ["a", "b"], ['a"1:b']],
    ["a list in a list and the list", [["a"]], ["a"]],
    ["two lists and one", [["a"], ["b"]], [["a", "b"]]],
    ["a member's name and its value", { ab: "c" }, { a: "bc" }],
    ["an object and a list", {}, []],
    ["nothing and its name", null, "null"],
    ["two numbers and one", [1, 2], [12]],
    ["a member that is nothing and none", { a: null }, {}],
  ])("tells apart %s", (_, one, other) => {
    expect(canonicalText(one)).not.toBe(canonicalText(other));
  });
});
