import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeCursor, encodeCursor } from "../../../../shared/table/cursor.ts";
import { readPage } from "../../../../shared/table/page.ts";
import type { Item, QueryInput, Table } from "../../../../shared/table/table.ts";

const lastKey = { pk: "LEDGER#user:a#USD", sk: "000000000003" };
const bound = ["usr_a", "entries", "USD"];
const refused = { ok: false, error: { code: "cursor-invalid" } };

describe("a cursor", () => {
  it("leads back to its key", () => {
    // No attribute of a key is called `__proto__`, which JSON and objects do not agree on.
    const name = fc.string().filter((text) => text !== "__proto__");
    const key = fc.dictionary(name, fc.oneof(fc.string(), fc.maxSafeInteger()), { noNullPrototype: true });
    fc.assert(
      fc.property(key, fc.array(fc.string()), (last, parts) => {
        expect(decodeCursor(encodeCursor(last, parts), parts)).toEqual({ ok: true, value: last });
      }),
    );
  });

  it("brings no prototype along", () => {
    const content = Buffer.from(encodeCursor(lastKey, bound), "base64url").toString("utf8");
    const made = Buffer.from(content.replace('"pk"', '"__proto__"')).toString("base64url");
    const decoded = decodeCursor(made, bound);
    expect(decoded).toEqual({ ok: true, value: { sk: lastKey.sk } });
    expect(Object.getPrototypeOf(decoded.ok ? decoded.value : null)).toBe(Object.prototype);
  });

  it("is plain text for a query", () => {
    expect(encodeCursor(lastKey, bound)).toMatch(/^[A-Za-z0-9_-]+$/);
  });

  it("works for nothing but what it was made for", () => {
    const cursor = encodeCursor(lastKey, bound);
    for (const other of [
      ["usr_b", "entries", "USD"],
      ["usr_a", "suspense", "USD"],
      ["usr_a", "entries", "EUR"],
      ["usr_a", "entries"],
      ["usr_a", "entriesUSD"],
      ["usr_a,entries", "USD"],
      [],
    ])
      expect(decodeCursor(cursor, other)).toEqual(refused);
  });

  it("is refused when it is any other text", () => {
    fc.assert(fc.property(fc.string(), (text) => !decodeCursor(text, bound).ok));
    for (const content of [[], ["x"], ["x", null], ["x", []], ["x", { pk: {} }], { 0: "x" }, null])
      expect(decodeCursor(Buffer.from(JSON.stringify(content)).toString("base64url"), bound)).toEqual(
        refused,
      );
  });
});

describe("reading a page", () => {
  const unused = (): never => {
    throw new Error("only queries are expected");
  };

  /** A table that notes its queries and answers with one item. */
  function notingTable(last?: Item): { readonly table: Table; readonly queries: QueryInput[] } {
    const queries: QueryInput[] = [];
    const table: Table = {
      get: unused,
      getMany: unused,
      put: unused,
      putMany: unused,
      update: unused,
      remove: unused,
      transact: unused,
      scan: unused,
      query: async (input) => {
        queries.push(input);
        return { items: [{ name: "item" }], ...(last === undefined ? {} : { lastKey: last }) };
      },
    };
    return { table, queries };
  }

  const list = { partition: lastKey.pk, newestFirst: true } as const;

  it("goes on where the cursor says", async () => {
    const { table, queries } = notingTable(lastKey);
    const first = await readPage(table, list, { limit: 2 }, bound);
    const nextCursor = first.ok ? first.value.nextCursor : undefined;
    expect(nextCursor).toBe(encodeCursor(lastKey, bound));
    await readPage(table, list, { limit: 2, cursor: nextCursor }, bound);
    expect(queries).toEqual([
      { ...list, limit: 2 },
      { ...list, limit: 2, after: lastKey },
    ]);
  });

  it("has no cursor on the last page", async () => {
    const { table } = notingTable();
    expect(await readPage(table, list, { limit: 2 }, bound)).toEqual({
      ok: true,
      value: { items: [{ name: "item" }] },
    });
  });

  const inOwner = { pk: "POST#1", sk: "POST", ownerPk: "PAYMENTS#a", ownerSk: "1" };
  const inDue = { pk: "HOLD#1", sk: "HOLD", duePk: "DUE#1", dueAt: 5 };

  it("takes the keys of the index with those of the table", async () => {
    const { table, queries } = notingTable();
    const owner = { index: "byOwner", partition: "PAYMENTS#a" } as const;
    const due = { index: "byDue", partition: "DUE#1" } as const;
    expect((await readPage(table, owner, { limit: 1, cursor: encodeCursor(inOwner, bound) }, bound)).ok).toBe(
      true,
    );
    expect((await readPage(table, due, { limit: 1, cursor: encodeCursor(inDue, bound) }, bound)).ok).toBe(
      true,
    );
    expect(queries).toHaveLength(2);
  });

  it.each<[string, Item, Omit<QueryInput, "limit" | "after">]>([
    ["another partition", { ...lastKey, pk: "LEDGER#user:b#USD" }, list],
    ["a key without its sort key", { pk: lastKey.pk }, list],
    ["an empty sort key", { ...lastKey, sk: "" }, list],
    ["a number for text", { ...lastKey, sk: 3 }, list],
    ["a member too many", { ...lastKey, ownerPk: "x" }, list],
    ["keys of the table for an index", lastKey, { index: "byOwner", partition: "PAYMENTS#a" }],
    ["another owner", { ...inOwner, ownerPk: "PAYMENTS#b" }, { index: "byOwner", partition: "PAYMENTS#a" }],
    ["text for a number", { ...inDue, dueAt: "5" }, { index: "byDue", partition: "DUE#1" }],
    ["a number DynamoDB does not have", { ...inDue, dueAt: 1e300 }, { index: "byDue", partition: "DUE#1" }],
    ["nothing", {}, list],
  ])("refuses a cursor that was made up of %s, before the table does", async (_, key, query) => {
    const { table, queries } = notingTable();
    expect(await readPage(table, query, { limit: 1, cursor: encodeCursor(key, bound) }, bound)).toEqual(
      refused,
    );
    expect(queries).toEqual([]);
  });
});
