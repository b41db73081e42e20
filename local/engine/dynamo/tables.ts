/** The catalogue of tables: kept in memory over the file, since one process owns the file. */
import { dynamoError, validation } from "../errors.ts";
import { type JsonObject, optionalString } from "../json.ts";
import { numberOf, type Store, textOf } from "../sqlite.ts";
import {
  parseDefinition,
  readName,
  type SecondaryIndex,
  type Table,
  type TableDefinition,
} from "./table-definition.ts";

const ARN = /^arn:aws:dynamodb:[^:]+:[^:]+:table\/([^/]+)$/;

export type Tables = {
  /** The table that `TableName` names, by name or ARN. @throws ResourceNotFoundException */
  named(request: JsonObject): Table;
  find(name: string): Table | undefined;
  /** By name, in order. */
  all(): readonly Table[];
  add(definition: TableDefinition): Table;
  /** Keeps a changed definition under the same id. */
  replace(table: Table): void;
  /** Removes the table with its items, index entries and stream. */
  remove(table: Table): void;
};

export function openTables(store: Store): Tables {
  const byName = new Map<string, Table>();
  for (const row of store.prepare("SELECT id, name, definition FROM tables").all()) {
    byName.set(textOf(row, "name"), {
      ...parseDefinition(textOf(row, "definition")),
      id: numberOf(row, "id"),
    });
  }
  return {
    named(request) {
      const given = optionalString(request, "TableName") ?? "";
      const table = byName.get(given) ?? byName.get(ARN.exec(given)?.[1] ?? "");
      if (table !== undefined) return table;
      if (!ARN.test(given)) readName(request, "TableName");
      throw dynamoError("ResourceNotFoundException", "Requested resource not found");
    },
    find: (name) => byName.get(name),
    all: () => [...byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
    add(definition) {
      if (byName.has(definition.name)) {
        throw dynamoError("ResourceInUseException", `Table already exists: ${definition.name}`);
      }
      const insert = store.prepare("INSERT INTO tables (name, definition) VALUES (?, ?)");
      const { lastInsertRowid } = store.transaction(() =>
        insert.run(definition.name, JSON.stringify(definition)),
      );
      const table = { ...definition, id: Number(lastInsertRowid) };
      byName.set(table.name, table);
      return table;
    },
    replace(table) {
      const { id, ...definition } = table;
      const update = store.prepare("UPDATE tables SET definition = ? WHERE id = ?");
      store.transaction(() => update.run(JSON.stringify(definition), id));
      byName.set(table.name, table);
    },
    remove(table) {
      store.transaction(() => {
        for (const kept of ["items", "index_entries", "stream_records"]) {
          store.prepare(`DELETE FROM ${kept} WHERE table_id = ?`).run(table.id);
        }
        store.prepare("DELETE FROM tables WHERE id = ?").run(table.id);
      });
      byName.delete(table.name);
    },
  };
}

/** The index that a read names, or `undefined` for the table itself. @throws ValidationException */
export function readIndex(table: Table, request: JsonObject): SecondaryIndex | undefined {
  const name = optionalString(request, "IndexName");
  if (name === undefined) return undefined;
  const index = table.indexes.find((candidate) => candidate.name === name);
  if (index === undefined) throw validation(`The table does not have the specified index: ${name}`);
  return index;
}
