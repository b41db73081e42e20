/** Changes of the table as they come to pass, read from its stream: for the relay and for the invariants. */
import type { StreamRecord } from "../../../local/engine/dynamo/streams.ts";
import type { Engine } from "../../../local/engine/engine.ts";
import type { Item } from "../../../shared/table/table.ts";
import { fromWireItem } from "../core/wire-values.ts";
import { TABLE_NAME } from "./wiring.ts";

export type Change = {
  readonly kind: StreamRecord["eventName"];
  readonly pk: string;
  readonly sk: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly record: StreamRecord;
};

/** @returns a function that gives what has changed since it was called last; of one transaction all at once. */
export function watchChanges(engine: Engine): () => readonly Change[] {
  let isNew = true;
  let position: string | undefined;
  /** Every item there is: what came after one change is what was before the next. */
  const items = new Map<string, Item>();
  engine.onChange((change) => {
    if (change.kind === "stream") isNew = true;
  });

  function toChange(record: StreamRecord): Change {
    const { Keys, NewImage } = record.dynamodb;
    const key = fromWireItem(Keys);
    const pk = String(key["pk"]);
    const sk = String(key["sk"]);
    const name = `${pk}\n${sk}`;
    const before = items.get(name);
    const after = NewImage === undefined ? undefined : fromWireItem(NewImage);
    if (after === undefined) items.delete(name);
    else items.set(name, after);
    return { kind: record.eventName, pk, sk, before, after, record };
  }

  return () => {
    if (!isNew) return [];
    isNew = false;
    const { records, next } = engine.readStream(TABLE_NAME, position);
    position = next;
    return records.map(toChange);
  };
}
