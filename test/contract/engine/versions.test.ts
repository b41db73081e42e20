/** Files that another version of the engine wrote. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, it, onTestFinished } from "vitest";
import { createEngine } from "../../../local/engine/engine.ts";
import { closers, has, openEngine, put, TABLE } from "./embedded.ts";

/** What version 1 had otherwise: whole items in the tree of their keys, and two indexes more. */
const AS_VERSION_1 = `
ALTER TABLE items RENAME TO items_2;
CREATE TABLE items (
  table_id INTEGER NOT NULL, pk BLOB NOT NULL, sk BLOB NOT NULL, item TEXT NOT NULL, size INTEGER NOT NULL,
  PRIMARY KEY (table_id, pk, sk)
) WITHOUT ROWID;
INSERT INTO items SELECT table_id, pk, sk, item, size FROM items_2;
DROP TABLE items_2;
CREATE INDEX stream_records_by_table ON stream_records (table_id, sequence);
CREATE INDEX client_tokens_by_expiry ON client_tokens (expires_ms);
PRAGMA user_version = 1;
`;

/** A file with two items, written by this version and then changed by hand. */
async function fileChangedBy(sql: string): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), "kith-engine-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, "engine.db");
  const engine = await openEngine({ file });
  await put(engine, "one", { v: { N: "1" } });
  await put(engine, "two", { v: { N: "2" } });
  for (const close of closers.splice(0)) await close();
  const database = new DatabaseSync(file);
  database.exec(sql);
  database.close();
  return file;
}

it("brings a file of version 1 to this version, with all that is in it", async () => {
  const file = await fileChangedBy(AS_VERSION_1);
  const engine = createEngine({ file });
  const { Items } = await engine.call("DynamoDB_20120810.Scan", { TableName: TABLE });
  expect(Items).toHaveLength(2);
  expect(Items).toEqual(
    expect.arrayContaining([
      { pk: { S: "one" }, v: { N: "1" } },
      { pk: { S: "two" }, v: { N: "2" } },
    ]),
  );
  await put(engine, "two", { v: { N: "3" } });
  await put(engine, "three");
  expect(engine.readStream(TABLE).records.map(({ eventName }) => eventName)).toEqual([
    "INSERT",
    "INSERT",
    "MODIFY",
    "INSERT",
  ]);
  engine.close();
  const again = createEngine({ file });
  expect(await has(again, "three")).toBe(true);
  again.close();
  const database = new DatabaseSync(file, { readOnly: true });
  const names = database.prepare("SELECT name FROM sqlite_schema WHERE name LIKE '%by%' ORDER BY name").all();
  expect(names.map(({ name }) => name)).toEqual(["messages_by_visibility"]);
  database.close();
});

it("refuses a file of a later version, and leaves it as it is", async () => {
  const file = await fileChangedBy("PRAGMA user_version = 99");
  expect(() => createEngine({ file })).toThrow(
    expect.objectContaining({
      cause: expect.objectContaining({
        message: expect.stringContaining("was written by version 99 of the engine, this is version 2"),
      }),
    }),
  );
  const database = new DatabaseSync(file, { readOnly: true });
  expect(database.prepare("PRAGMA user_version").get()).toEqual({ user_version: 99 });
  expect(database.prepare("SELECT COUNT(*) AS items FROM items").get()).toEqual({ items: 2 });
  database.close();
});
