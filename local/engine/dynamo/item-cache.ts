/** The items that were written last, parsed: most reads are of what has just changed. */
import type { StoredItem } from "./item-store.ts";
import type { EncodedKey } from "./keys.ts";
import type { Table } from "./table-definition.ts";

/** Of committed states only. Nobody changes what it gives. */
export type ItemCache = {
  get(table: Table, key: EncodedKey): StoredItem | undefined;
  keep(table: Table, key: EncodedKey, item: StoredItem): void;
  forget(table: Table, key: EncodedKey): void;
};

/** Bytes of items, by DynamoDB's rules; memory takes a few times as much. */
const MAX_BYTES = 8 * 1024 * 1024;
/** How much is left when there was too much. Not just enough: finding the oldest passes all that were ever forgotten. */
const LEFT = 7 / 8;

/** A table that is made anew has another id, so what is kept of its predecessor is never found. */
export function buildItemCache(maxBytes = MAX_BYTES): ItemCache {
  const items = new Map<string, StoredItem>();
  let bytes = 0;

  const forget = (name: string): void => {
    bytes -= items.get(name)?.size ?? 0;
    items.delete(name);
  };
  return {
    get: (table, key) => items.get(nameOf(table, key)),
    keep(table, key, item) {
      const name = nameOf(table, key);
      forget(name);
      items.set(name, item);
      bytes += item.size;
      if (bytes <= maxBytes) return;
      for (const oldest of items.keys()) {
        forget(oldest);
        if (bytes <= maxBytes * LEFT) return;
      }
    },
    forget: (table, key) => forget(nameOf(table, key)),
  };
}

const textOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

const nameOf = ({ id }: Table, { hash, range }: EncodedKey): string =>
  `${id}:${hash.length}:${textOf(hash)}${textOf(range)}`;
