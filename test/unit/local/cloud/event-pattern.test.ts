import { describe, expect, it } from "vitest";
import { batchResult } from "../../../../local/cloud/event-sources/failures.ts";
import { anyPattern, compilePattern, queueEvent } from "../../../../local/cloud/event-sources/pattern.ts";

const matches = (pattern: unknown, event: Record<string, unknown>) =>
  compilePattern(JSON.stringify(pattern))(event);

describe("compilePattern", () => {
  it.each([
    ["an equal value", { a: ["x"] }, { a: "x" }, true],
    ["another value", { a: ["x"] }, { a: "y" }, false],
    ["one of several", { a: ["x", 1, null] }, { a: null }, true],
    ["a number as text", { a: [1] }, { a: "1" }, false],
    ["all fields", { a: ["x"], b: ["y"] }, { a: "x", b: "z" }, false],
    ["a nested field", { a: { b: { c: ["x"] } } }, { a: { b: { c: "x" } } }, true],
    ["a missing parent", { a: { b: ["x"] } }, {}, false],
    ["an array that has the value", { a: ["x"] }, { a: ["w", "x"] }, true],
    ["an array of objects", { a: { b: ["x"] } }, { a: [{ b: "w" }, { b: "x" }] }, true],
    ["a prefix", { a: [{ prefix: "pay." }] }, { a: "pay.done" }, true],
    ["a prefix in any case", { a: [{ prefix: { "equals-ignore-case": "PAY" } }] }, { a: "payment" }, true],
    ["a suffix", { a: [{ suffix: ".png" }] }, { a: "x.jpg" }, false],
    ["any case", { a: [{ "equals-ignore-case": "ABC" }] }, { a: "abc" }, true],
    ["a wildcard", { a: [{ wildcard: "a*c.d" }] }, { a: "abbc.d" }, true],
    ["a wildcard's dot literally", { a: [{ wildcard: "a*c.d" }] }, { a: "abbcxd" }, false],
    ["a number in a range", { a: [{ numeric: [">", 0, "<=", 5] }] }, { a: 5 }, true],
    ["a number out of a range", { a: [{ numeric: [">", 0, "<=", 5] }] }, { a: 6 }, false],
    ["text where a number is asked for", { a: [{ numeric: ["=", 5] }] }, { a: "5" }, false],
    ["anything but a value", { a: [{ "anything-but": "x" }] }, { a: "y" }, true],
    ["anything but a list", { a: [{ "anything-but": ["x", "y"] }] }, { a: "y" }, false],
    ["anything but a prefix", { a: [{ "anything-but": { prefix: "x" } }] }, { a: "xy" }, false],
    ["anything but, of a missing field", { a: [{ "anything-but": "x" }] }, {}, false],
    ["an existing leaf", { a: [{ exists: true }] }, { a: "" }, true],
    ["an existing object, which is no leaf", { a: [{ exists: true }] }, { a: { b: 1 } }, false],
    ["a missing field asked to be missing", { a: [{ exists: false }] }, {}, true],
    ["a missing field under a missing object", { a: { b: [{ exists: false }] } }, {}, true],
    ["either branch of $or", { $or: [{ a: ["x"] }, { b: ["y"] }] }, { b: "y" }, true],
    ["no branch of $or", { $or: [{ a: ["x"] }, { b: ["y"] }] }, { b: "z" }, false],
  ])("%s", (_name, pattern, event, expected) => {
    expect(matches(pattern, event)).toBe(expected);
  });

  it.each([["{"], ["[]"], ['{"a":"x"}'], ['{"a":[{"cidr":"10.0.0.0/8"}]}']])("refuses %s", (text) => {
    expect(() => compilePattern(text)).toThrow("vent pattern");
  });

  it("passes everything without patterns, and what any of several matches", () => {
    expect(anyPattern([])({})).toBe(true);
    const either = anyPattern(['{"a":[1]}', '{"a":[2]}']);
    expect([1, 2, 3].map((a) => either({ a }))).toEqual([true, true, false]);
  });

  it("looks into a JSON body, and leaves other bodies alone", () => {
    const pattern = compilePattern('{"body":{"type":["paid"]}}');
    expect(pattern(queueEvent({ body: '{"type":"paid"}' }))).toBe(true);
    expect(pattern(queueEvent({ body: "paid" }))).toBe(false);
  });
});

describe("batchResult", () => {
  const returned = (value: unknown) => ({ kind: "returned", value }) as const;
  const failures = (...identifiers: unknown[]) =>
    returned({ batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) });

  it("names the failed records", () => {
    expect(batchResult(failures("b"), ["a", "b"], true)).toEqual({ failed: new Set(["b"]) });
  });

  it.each([
    ["no list", returned(undefined)],
    ["null", returned({ batchItemFailures: null })],
    ["an empty list", failures()],
  ])("takes %s as success", (_name, outcome) => {
    expect(batchResult(outcome, ["a"], true)).toEqual({ failed: new Set() });
  });

  it.each([
    ["an unknown identifier", failures("z")],
    ["an empty identifier", failures("")],
    ["no identifier", failures(undefined)],
    ["a list of another kind", returned({ batchItemFailures: "a" })],
    ["a thrown error", { kind: "threw", error: { errorType: "E", errorMessage: "m", trace: [] } } as const],
    ["a crash", { kind: "crashed", message: "gone" } as const],
  ])("fails the whole batch for %s", (_name, outcome) => {
    expect(batchResult(outcome, ["a"], true)).toEqual({ failed: "all" });
  });

  it("ignores the answer when the mapping does not ask for failures", () => {
    expect(batchResult(failures("a"), ["a"], false)).toEqual({ failed: new Set() });
  });
});
