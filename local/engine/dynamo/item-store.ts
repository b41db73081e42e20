/** Items in SQLite with their index entries and stream records, which change together or not at all. */
import { validation } from "../errors.ts";
import { numberOf, type Store, textOf } from "../sqlite.ts";
import { type AttributeValue, type Item, itemsEqual } from "./attribute-values.ts";
import { type CapacityMeter, writeUnits } from "./capacity.ts";
import { projectToIndex } from "./index-projection.ts";
import { buildItemCache } from "./item-cache.ts";
import { itemSize, MAX_ITEM_BYTES } from "./item-size.ts";
import { type EncodedKey, keyInIndex, keyItem } from "./keys.ts";
import { buildRecordTail, type RecordTail } from "./record-tail.ts";
import type { SecondaryIndex, Table } from "./table-definition.ts";

/** An item as stored. `json` is its exact text, `size` its size by DynamoDB's rules. */
export type StoredItem = { readonly item: Item; readonly json: string; readonly size: number };

/** A checked new state of one item: `after` absent means deletion. */
export type ItemChange = {
  readonly table: Table;
  readonly key: EncodedKey;
  readonly before: StoredItem | undefined;
  readonly after: StoredItem | undefined;
};

export type ItemStore = {
  read(table: Table, key: EncodedKey): StoredItem | undefined;
  /**
   * Writes a change inside the caller's transaction.
   * @param cause `ttl` marks the stream record as made by the service.
   */
  write(change: ItemChange, cause: "caller" | "ttl"): void;
  /** The newest stream records. */
  readonly tail: RecordTail;
};

/**
 * Checks a new item: its size, and the attributes that are keys of indexes.
 * @param tooLarge the message for an item above 400 KB; it differs between puts and updates.
 * @throws ValidationException
 */
export function checkedItem(table: Table, item: Item, tooLarge: string): StoredItem {
  return checkedIndexes(table, item, checkedSize(item, tooLarge));
}

/** @throws ValidationException for an item above 400 KB. */
export function checkedSize(item: Item, tooLarge: string): number {
  const size = itemSize(item);
  if (size > MAX_ITEM_BYTES) throw validation(tooLarge);
  return size;
}

/** The second half of {@link checkedItem}, for an item whose size is known. @throws ValidationException */
export function checkedIndexes(table: Table, item: Item, size: number): StoredItem {
  for (const index of table.indexes) keyInIndex(index.name, index.schema, item);
  return { item, json: JSON.stringify(item), size };
}

export function parseItem(json: string): Item {
  return JSON.parse(json);
}

export function buildItemStore(store: Store, now: () => number): ItemStore {
  const cache = buildItemCache();
  const tail = buildRecordTail(store);
  const select = store.prepare("SELECT item, size FROM items WHERE table_id = ? AND pk = ? AND sk = ?");
  const upsert = store.prepare(
    `INSERT INTO items (table_id, pk, sk, item, size) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (table_id, pk, sk) DO UPDATE SET item = excluded.item, size = excluded.size`,
  );
  const remove = store.prepare("DELETE FROM items WHERE table_id = ? AND pk = ? AND sk = ?");
  const enter = store.prepare("INSERT INTO index_entries VALUES (?, ?, ?, ?, ?, ?)");
  const leave = store.prepare(
    "DELETE FROM index_entries WHERE table_id = ? AND index_number = ? AND hash = ? AND range = ? AND pk = ? AND sk = ?",
  );
  const append = store.prepare(
    `INSERT INTO stream_records (table_id, created_ms, event, keys, new_image, old_image, size, by_ttl)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );

  const moveIndexEntry = (change: ItemChange, index: SecondaryIndex): void => {
    const { table, key } = change;
    const from = indexKey(index, change.before?.item);
    const to = indexKey(index, change.after?.item);
    if (sameKey(from, to)) return;
    if (from !== undefined) leave.run(table.id, index.number, from.hash, from.range, key.hash, key.range);
    if (to !== undefined) enter.run(table.id, index.number, to.hash, to.range, key.hash, key.range);
  };

  const appendRecord = ({ table, before, after }: ItemChange, cause: "caller" | "ttl"): void => {
    const subject = (after ?? before)?.item;
    if (table.stream === undefined || subject === undefined || unchanged(before, after)) return;
    const { viewType } = table.stream;
    const newImage = viewType === "NEW_IMAGE" || viewType === "NEW_AND_OLD_IMAGES" ? after : undefined;
    const oldImage = viewType === "OLD_IMAGE" || viewType === "NEW_AND_OLD_IMAGES" ? before : undefined;
    const keys = keyItem(table.schema, subject);
    const event = after === undefined ? "REMOVE" : before === undefined ? "INSERT" : "MODIFY";
    const size = itemSize(keys) + (newImage?.size ?? 0) + (oldImage?.size ?? 0);
    const createdMs = now();
    const { lastInsertRowid } = append.run(
      table.id,
      createdMs,
      event,
      JSON.stringify(keys),
      newImage?.json ?? null,
      oldImage?.json ?? null,
      size,
      cause === "ttl" ? 1 : 0,
    );
    const sequence = Number(lastInsertRowid);
    const byTtl = cause === "ttl";
    const images = { newImage: newImage?.item, oldImage: oldImage?.item };
    store.onCommit(() =>
      tail.add({ tableId: table.id, sequence, createdMs, event, keys, ...images, size, byTtl }),
    );
  };

  return {
    tail,
    read(table, key) {
      const known = cache.get(table, key);
      if (known !== undefined) return known;
      const row = select.get(table.id, key.hash, key.range);
      if (row === undefined) return undefined;
      const json = textOf(row, "item");
      return { item: parseItem(json), json, size: numberOf(row, "size") };
    },
    write(change, cause) {
      const { table, key, before, after } = change;
      if (before === undefined && after === undefined) return;
      for (const index of table.indexes) moveIndexEntry(change, index);
      if (after === undefined) remove.run(table.id, key.hash, key.range);
      else if (after.json !== before?.json) upsert.run(table.id, key.hash, key.range, after.json, after.size);
      appendRecord(change, cause);
      // What is under way is read from the file, what is committed from memory.
      cache.forget(table, key);
      if (after !== undefined) store.onCommit(() => cache.keep(table, key, after));
    },
  };
}

function indexKey(index: SecondaryIndex, item: Item | undefined): EncodedKey | undefined {
  return item === undefined ? undefined : keyInIndex(index.name, index.schema, item);
}

function sameKey(left: EncodedKey | undefined, right: EncodedKey | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return Buffer.compare(left.hash, right.hash) === 0 && Buffer.compare(left.range, right.range) === 0;
}

/** A write that changes nothing leaves no stream record. */
function unchanged(before: StoredItem | undefined, after: StoredItem | undefined): boolean {
  if (before === undefined || after === undefined) return false;
  return before.json === after.json || itemsEqual(before.item, after.item);
}

/**
 * Adds what a write consumes: the larger of both sizes on the table, and on each index what its entry costs.
 * Indexes are maintained outside the transaction, so only the table's part is doubled for one.
 */
export function meterWrite(meter: CapacityMeter, change: ItemChange, factor: 1 | 2): void {
  const { table, before, after } = change;
  meter.addTable(table, factor * writeUnits(Math.max(before?.size ?? 0, after?.size ?? 0)));
  for (const index of table.indexes) {
    const units = indexWriteUnits(table, index, before?.item, after?.item);
    if (units > 0) meter.addIndex(table, index.name, units);
  }
}

/** A changed index key is a deletion and an insertion; an entry whose projection is unchanged costs nothing. */
function indexWriteUnits(
  table: Table,
  index: SecondaryIndex,
  before: Item | undefined,
  after: Item | undefined,
): number {
  const from = indexKey(index, before);
  const to = indexKey(index, after);
  const old = before !== undefined && from !== undefined ? projectToIndex(table, index, before) : undefined;
  const fresh = after !== undefined && to !== undefined ? projectToIndex(table, index, after) : undefined;
  const unitsOf = (entry: Readonly<Record<string, AttributeValue>>) => writeUnits(itemSize(entry));
  if (old === undefined || fresh === undefined) {
    const entry = old ?? fresh;
    return entry === undefined ? 0 : unitsOf(entry);
  }
  if (!sameKey(from, to)) return unitsOf(old) + unitsOf(fresh);
  return itemsEqual(old, fresh) ? 0 : Math.max(unitsOf(old), unitsOf(fresh));
}
