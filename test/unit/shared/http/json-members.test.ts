import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasDuplicateMember } from "../../../../shared/http/json-members.ts";

describe("a member that is there twice", () => {
  it.each([
    '{"a":1,"a":2}',
    '{"a":1,"b":2,"a":1}',
    '{"a":1,"\\u0061":2}',
    '{"x":{"a":1,"a":1}}',
    '[{"a":1},{"a":[],"a":{}}]',
    '{"":1,"":2}',
    '{ "a" : 1 , "a" : 2 }',
    '{"a\\"b":1,"a\\"b":2}',
    '{"a":{"b":1},"a":{"b":1}}',
    '{"\u2028":1,"\\u2028":1}',
  ])("is found in %s", (text) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(hasDuplicateMember(text)).toBe(true);
  });

  it.each([
    "{}",
    "[]",
    '"a"',
    '{"a":1,"A":2}',
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":1}]',
    '{"a":"a","b":"a"}',
    '{"a":"\\",\\"a\\":1"}',
    '{"a":"{","b":"}","c":"[\\"a\\":"}',
    '{"a":["a","a"],"b":[{"a":1},"a"]}',
  ])("is not seen in %s", (text) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(hasDuplicateMember(text)).toBe(false);
  });

  it("is never seen in what JSON.stringify writes, and always once a member is repeated", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (value, at) => {
        const text = JSON.stringify(value);
        const names = Object.keys(value);
        const name = names[at % names.length] ?? "";
        const repeated = `${text.slice(0, -1)},${JSON.stringify(name)}:0}`;
        return !hasDuplicateMember(text) && hasDuplicateMember(repeated);
      }),
    );
  });

  it("is looked for in time that grows with the text alone", () => {
    const deep = `${"[".repeat(30_000)}${"]".repeat(30_000)}`;
    expect(hasDuplicateMember(deep)).toBe(false);
    expect(hasDuplicateMember(JSON.stringify("\\".repeat(30_000)))).toBe(false);
  });
});
