import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprintOf, idempotentId, keyReused } from "../../../../shared/http/idempotency.ts";
import { isId } from "../../../../shared/platform/ids.ts";
import { reversedMembers } from "../../../builders/reversed-members.ts";

const json = fc.jsonValue({ maxDepth: 4 });

describe("a fingerprint", () => {
  it("is 22 characters of base64url", () => {
    fc.assert(fc.property(json, (value) => /^[A-Za-z0-9_-]{22}$/.test(fingerprintOf(value))));
  });

  it("does not depend on the order of members", () => {
    fc.assert(fc.property(json, (value) => fingerprintOf(value) === fingerprintOf(reversedMembers(value))));
  });

  it("is equal exactly when the values are equal as JSON", () => {
    const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
    fc.assert(
      fc.property(json, json, (a, b) => {
        return (fingerprintOf(a) === fingerprintOf(b)) === isDeepStrictEqual(asJson(a), asJson(b));
      }),
    );
  });

  it("does not confuse a member left out with one that is null, nor parts with one another", () => {
    expect(fingerprintOf({ a: undefined })).toBe(fingerprintOf({}));
    const different = [
      fingerprintOf({}),
      fingerprintOf({ a: null }),
      fingerprintOf({ a: "" }),
      fingerprintOf({ a: "null" }),
      fingerprintOf([]),
      fingerprintOf(),
      fingerprintOf({}, {}),
      fingerprintOf("{}"),
      fingerprintOf([{}]),
      fingerprintOf({ a: 1 }),
      fingerprintOf({ a: "1" }),
      fingerprintOf({ a: [1, 2] }),
      fingerprintOf({ a: [2, 1] }),
      fingerprintOf({ a: { b: 1 } }),
      fingerprintOf({ "a.b": 1 }),
    ];
    expect(new Set(different).size).toBe(different.length);
  });
});

describe("an id under a key", () => {
  const route = { method: "POST", path: "/transfers" } as const;

  it("is the same for ever", () => {
    expect(idempotentId("transfer", "usr_1", route, "key")).toBe("trf_836M0A2W2TGEPVB4BKAJQF9ZJ3");
  });

  it("is another for another person, route, key or kind", () => {
    const ids = [
      idempotentId("transfer", "usr_1", route, "key"),
      idempotentId("transfer", "usr_2", route, "key"),
      idempotentId("transfer", "usr_1", { ...route, method: "PUT" }, "key"),
      idempotentId("transfer", "usr_1", { ...route, path: "/top-ups" }, "key"),
      idempotentId("transfer", "usr_1", route, "key2"),
      idempotentId("transfer", "usr_1", route, "Key"),
      idempotentId("payment", "usr_1", route, "key"),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.slice(0, 6).every((id) => isId("transfer", id))).toBe(true);
  });

  it("cannot be met by moving characters from one part to the next", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ minLength: 1 }), (principal, key, moved) => {
        const id = idempotentId("transfer", principal + moved, route, key);
        return id !== idempotentId("transfer", principal, route, moved + key);
      }),
    );
  });
});

it("refuses a reused key with a code of its own", () => {
  expect(keyReused().problem).toBe("idempotency-key-reused");
});
