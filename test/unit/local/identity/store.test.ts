/** Both stores keep the same promises. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, describe, expect, test } from "vitest";
import { openSqliteIdentityStore } from "../../../../local/identity/sqlite-store.ts";
import {
  createMemoryIdentityStore,
  type IdentityStore,
  liveStore,
} from "../../../../local/identity/store.ts";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "identity-store-"));
  cleanups.push(() => rmSync(folder, { recursive: true }));
  return join(folder, "identity.sqlite");
}

function sqlite(): IdentityStore {
  const store = openSqliteIdentityStore(newFile());
  cleanups.unshift(() => store.close());
  return store;
}

describe.each([
  ["memory", createMemoryIdentityStore],
  ["sqlite", sqlite],
])("the %s store", (_name, open) => {
  test("gives back what was put, replaces and forgets", () => {
    const store = open();
    expect(store.get("a")).toBeUndefined();
    store.put("a", { n: 1, deep: { list: ["x", null] } }, 5000);
    expect(store.get("a")).toEqual({ value: { n: 1, deep: { list: ["x", null] } }, expiresAtMs: 5000 });
    store.put("a", { n: 2 });
    expect(store.get("a")).toEqual({ value: { n: 2 }, expiresAtMs: undefined });
    store.delete("a");
    store.delete("a");
    expect(store.get("a")).toBeUndefined();
  });

  test("drops exactly what has expired", () => {
    const store = open();
    store.put("past", {}, 999);
    store.put("now", {}, 1000);
    store.put("later", {}, 1001);
    store.put("always", {});
    store.deleteExpired(1000);
    expect(["past", "now", "later", "always"].filter((key) => store.get(key) !== undefined)).toEqual([
      "later",
      "always",
    ]);
  });

  test("does not change when the caller's object does", () => {
    const store = open();
    const value = { list: [1] };
    store.put("a", value);
    value.list.push(2);
    const read = store.get("a")?.value.list;
    if (Array.isArray(read)) read.push(3);
    expect(store.get("a")?.value).toEqual({ list: [1] });
  });

  test("seen through a clock, expires to the millisecond and is taken once", () => {
    let nowMs = 10_000;
    const store = liveStore(open(), () => nowMs);
    store.put("code", { for: "ada" }, 300);
    nowMs += 299_999;
    expect(store.get("code")).toEqual({ for: "ada" });
    nowMs += 1;
    expect(store.get("code")).toBeUndefined();
    store.put("code", { for: "ben" }, 300);
    expect(store.take("code")).toEqual({ for: "ben" });
    expect(store.take("code")).toBeUndefined();
  });
});

test("the sqlite store is there again after it was closed", () => {
  const file = newFile();
  const first = openSqliteIdentityStore(file);
  first.put("user:1", { name: "Ada" });
  first.close();
  const second = openSqliteIdentityStore(file);
  expect(second.get("user:1")?.value).toEqual({ name: "Ada" });
  second.close();
});

test("a damaged record is named, not passed on", () => {
  const file = newFile();
  const store = openSqliteIdentityStore(file);
  store.put("user:1", {});
  const other = new DatabaseSync(file);
  other.exec("UPDATE identity SET value = '[1]'");
  other.close();
  expect(() => store.get("user:1")).toThrow(/"user:1"/);
  store.close();
});
