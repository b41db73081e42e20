import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { pii, secret } from "../../../../shared/platform/redacted.ts";

const CONTENT = "sk_live_hunter2";

describe.each([
  ["a secret", secret(CONTENT), "[secret]"],
  ["a personal fact", pii(CONTENT), "[personal]"],
])("%s", (_, value, word) => {
  it("gives its content to code that asks for it", () => {
    expect(value.reveal()).toBe(CONTENT);
  });

  it.each<[string, (given: unknown) => string]>([
    ["a template", (given) => `${String(given)}`],
    ["adding to text", (given) => `${["", given].join("")}`],
    ["JSON", (given) => JSON.stringify(given)],
    ["JSON, deep inside", (given) => JSON.stringify({ a: [{ b: given }] })],
    ["inspection", (given) => inspect(given)],
    ["inspection, deep inside", (given) => inspect({ a: [given] }, { depth: 9, showHidden: true })],
    ["console formats", (given) => format("%s %o %O %j", given, given, given, given)],
    ["an error's message", (given) => new Error(`failed for ${String(given)}`).message],
  ])("prints a word in %s", (__, print) => {
    const text = print(value);
    expect(text).not.toContain("hunter2");
    expect(text).toContain(word);
  });

  it("has no members that could be copied or listed", () => {
    expect({ ...value }).toEqual({});
    expect(Object.entries(value)).toEqual([]);
    expect(Reflect.ownKeys(value)).toEqual([]);
  });

  it("cannot be cloned away from its class", () => {
    expect(JSON.stringify(structuredClone({ value }))).not.toContain("hunter2");
  });
});

it("keeps whatever it holds out of sight, objects too", () => {
  expect(inspect(secret({ clientSecret: CONTENT }), { depth: 9 })).toBe("[secret]");
});
