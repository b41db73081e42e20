/** Writes many items into the engine at once, past the SDK: to fill a table, not to measure it. */
import { marshall } from "@aws-sdk/util-dynamodb";
import type { Engine } from "../../local/engine/engine.ts";
import type { Item } from "../../shared/table/table.ts";

const BATCH = 25;
/** DynamoDB's own limit on what a stream keeps. */
const STREAM_KEEPS_MS = 25 * 60 * 60 * 1000;
const TRIM_EVERY = 50_000;

export type Bulk = {
  readonly put: (item: Item) => Promise<void>;
  /** Writes what is left; to be called at the end. */
  readonly flush: () => Promise<void>;
  readonly count: () => number;
};

/** @param now the engine's clock: stream records of the items are forgotten as if a day had passed. */
export function bulkInto(engine: Engine, tableName: string, now: () => number): Bulk {
  let waiting: Item[] = [];
  let count = 0;
  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const requests = waiting.map((item) => ({
      PutRequest: { Item: marshall(item, { removeUndefinedValues: true }) },
    }));
    waiting = [];
    await engine.call("DynamoDB_20120810.BatchWriteItem", { RequestItems: { [tableName]: requests } });
  };
  return {
    async put(item) {
      waiting.push(item);
      count += 1;
      if (waiting.length >= BATCH) await flush();
      if (count % TRIM_EVERY === 0) engine.expire(now() + STREAM_KEEPS_MS);
    },
    flush: async () => {
      await flush();
      engine.expire(now() + STREAM_KEEPS_MS);
    },
    count: () => count,
  };
}
