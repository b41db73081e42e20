/** Changes of the table as they come to pass, read from its stream: for the relay and for the invariants. */
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { StreamRecord } from "../../../local/engine/dynamo/streams.ts";
import type { Engine } from "../../../local/engine/engine.ts";
import type { Item } from "../../../shared/table/table.ts";
import { TABLE_NAME } from "./wiring.ts";

export type Change = {
  readonly kind: StreamRecord["eventName"];
  readonly pk: string;
  readonly sk: string;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
  readonly record: StreamRecord;
};

type WireImage = Parameters<typeof unmarshall>[0];

const toItem = (image: unknown): Item | undefined =>
  image === undefined ? undefined : unmarshall(image as WireImage);

const toChange = (record: StreamRecord): Change => {
  const before = toItem(record.dynamodb.OldImage);
  const after = toItem(record.dynamodb.NewImage);
  const item = after ?? before ?? {};
  return { kind: record.eventName, pk: String(item["pk"]), sk: String(item["sk"]), before, after, record };
};

/** @returns a function that gives what has changed since it was called last; of one transaction all at once. */
export function watchChanges(engine: Engine): () => readonly Change[] {
  let isNew = true;
  let position: string | undefined;
  engine.onChange((change) => {
    if (change.kind === "stream") isNew = true;
  });
  return () => {
    if (!isNew) return [];
    isNew = false;
    const { records, next } = engine.readStream(TABLE_NAME, position);
    position = next;
    return records.map(toChange);
  };
}
