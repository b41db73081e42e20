/** The newest stream records, parsed: a consumer that keeps up is served without reading them from the file. */
import { numberOf, type Store } from "../sqlite.ts";
import type { Item } from "./attribute-values.ts";
import type { Table } from "./table-definition.ts";

/** A stream record as it is stored, its images parsed. */
export type KeptRecord = {
  readonly tableId: number;
  readonly sequence: number;
  readonly createdMs: number;
  readonly event: "INSERT" | "MODIFY" | "REMOVE";
  readonly keys: Item;
  readonly newImage: Item | undefined;
  readonly oldImage: Item | undefined;
  readonly size: number;
  readonly byTtl: boolean;
};

export type RecordTail = {
  /** Takes a record that was committed. */
  add(record: KeptRecord): void;
  /** Every record of a table after a sequence number, oldest first; `undefined` when some are no longer here. */
  after(table: Table, sequence: number): readonly KeptRecord[] | undefined;
};

/** Bytes of records, by DynamoDB's rules; memory takes a few times as much. */
const MAX_BYTES = 4 * 1024 * 1024;

export function buildRecordTail(store: Store, maxBytes = MAX_BYTES): RecordTail {
  const records: KeptRecord[] = [];
  let bytes = 0;
  /** Up to here records are in the file only. */
  let gone = newest(store);

  /** Lets go of the older half, so that it is seldom done. */
  const shrink = (): void => {
    const dropped = records.splice(0, Math.ceil(records.length / 2));
    gone = dropped.at(-1)?.sequence ?? gone;
    bytes = records.reduce((sum, { size }) => sum + size, 0);
  };
  return {
    add(record) {
      records.push(record);
      bytes += record.size;
      if (bytes > maxBytes) shrink();
    },
    after(table, sequence) {
      if (sequence < gone) return undefined;
      let from = records.length;
      while (from > 0 && (records[from - 1]?.sequence ?? 0) > sequence) from -= 1;
      return records.slice(from).filter(({ tableId }) => tableId === table.id);
    },
  };
}

function newest(store: Store): number {
  const row = store.prepare("SELECT COALESCE(MAX(sequence), 0) AS newest FROM stream_records").get();
  return row === undefined ? 0 : numberOf(row, "newest");
}
