/** What the engine keeps in memory of its file: the items written last and the newest stream records. */
import { describe, expect, it, onTestFinished } from "vitest";
import { buildItemCache } from "../../../../local/engine/dynamo/item-cache.ts";
import type { StoredItem } from "../../../../local/engine/dynamo/item-store.ts";
import { buildRecordTail, type KeptRecord } from "../../../../local/engine/dynamo/record-tail.ts";
import type { Table } from "../../../../local/engine/dynamo/table-definition.ts";
import { openStore } from "../../../../local/engine/sqlite.ts";

const tableOf = (id: number): Table => ({
  id,
  name: `table-${id}`,
  attributes: [{ name: "pk", type: "S" }],
  schema: { hash: { name: "pk", type: "S" }, range: undefined },
  indexes: [],
  stream: undefined,
  ttlAttribute: undefined,
  billingMode: "PAY_PER_REQUEST",
  deletionProtected: false,
  createdMs: 0,
});
const keyOf = (hash: string, range = "") => ({ hash: Buffer.from(hash), range: Buffer.from(range) });
const itemOf = (name: string, size: number): StoredItem => ({ item: { pk: { S: name } }, json: name, size });

function openMemory() {
  const store = openStore(undefined, "NORMAL");
  onTestFinished(() => store.close());
  return store;
}

describe("the cache of items", () => {
  it("knows an item by its table and both parts of its key", () => {
    const cache = buildItemCache();
    cache.keep(tableOf(1), keyOf("ab", "c"), itemOf("one", 1));
    expect(cache.get(tableOf(1), keyOf("ab", "c"))?.json).toBe("one");
    expect(cache.get(tableOf(1), keyOf("a", "bc"))).toBeUndefined();
    expect(cache.get(tableOf(2), keyOf("ab", "c"))).toBeUndefined();
    cache.forget(tableOf(1), keyOf("ab", "c"));
    expect(cache.get(tableOf(1), keyOf("ab", "c"))).toBeUndefined();
  });

  it("lets go of what was written longest ago when it holds too many bytes", () => {
    const cache = buildItemCache(100);
    const known = () => ["a", "b", "c"].filter((name) => cache.get(tableOf(1), keyOf(name)) !== undefined);
    cache.keep(tableOf(1), keyOf("a"), itemOf("a", 40));
    cache.keep(tableOf(1), keyOf("b"), itemOf("b", 40));
    cache.keep(tableOf(1), keyOf("a"), itemOf("a", 40));
    expect(known()).toEqual(["a", "b"]);
    cache.keep(tableOf(1), keyOf("c"), itemOf("c", 40));
    expect(known()).toEqual(["a", "c"]);
    cache.keep(tableOf(1), keyOf("b"), itemOf("b", 101));
    expect(known()).toEqual([]);
  });
});

describe("what follows a commit", () => {
  it("happens after it, and never when the transaction is rolled back", () => {
    const store = openMemory();
    const seen: string[] = [];
    store.transaction(() => {
      store.onCommit(() => seen.push("committed"));
      seen.push("written");
    });
    expect(() =>
      store.transaction(() => {
        store.onCommit(() => seen.push("never"));
        throw new Error("no");
      }),
    ).toThrow("no");
    store.transaction(() => {});
    expect(seen).toEqual(["written", "committed"]);
  });
});

describe("the newest stream records", () => {
  const record = (sequence: number, tableId = 1, size = 10): KeptRecord => ({
    tableId,
    sequence,
    createdMs: 0,
    event: "INSERT",
    keys: {},
    newImage: undefined,
    oldImage: undefined,
    size,
    byTtl: false,
  });
  const sequencesAfter = (tail: ReturnType<typeof buildRecordTail>, sequence: number, tableId = 1) =>
    tail.after(tableOf(tableId), sequence)?.map((kept) => kept.sequence);

  it("are those of one table after a sequence number, oldest first", () => {
    const tail = buildRecordTail(openMemory());
    for (const kept of [record(1), record(2, 2), record(4), record(5)]) tail.add(kept);
    expect(sequencesAfter(tail, 0)).toEqual([1, 4, 5]);
    expect(sequencesAfter(tail, 4)).toEqual([5]);
    expect(sequencesAfter(tail, 9)).toEqual([]);
    expect(sequencesAfter(tail, 0, 2)).toEqual([2]);
  });

  it("say so when some are in the file only", () => {
    const tail = buildRecordTail(openMemory(), 35);
    for (const sequence of [1, 2, 3, 4]) tail.add(record(sequence));
    expect(sequencesAfter(tail, 1)).toBeUndefined();
    expect(sequencesAfter(tail, 2)).toEqual([3, 4]);
  });

  it("begin behind what a file held when it was opened", () => {
    const store = openMemory();
    store.prepare("INSERT INTO stream_records VALUES (7, 1, 0, 'INSERT', '{}', NULL, NULL, 1, 0)").run();
    const tail = buildRecordTail(store);
    tail.add(record(8));
    expect(sequencesAfter(tail, 6)).toBeUndefined();
    expect(sequencesAfter(tail, 7)).toEqual([8]);
  });
});
