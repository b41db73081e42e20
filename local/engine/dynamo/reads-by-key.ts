/** GetItem and BatchGetItem. */
import { validation } from "../errors.ts";
import {
  isObject,
  type JsonObject,
  objectList,
  optionalBoolean,
  optionalObject,
  refuseOthers,
} from "../json.ts";
import { type Item, readItem } from "./attribute-values.ts";
import { CapacityMeter, readCapacityDetail, readUnits } from "./capacity.ts";
import type { DynamoContext } from "./context.ts";
import { type GetPlan, planGet, readPlanned, readProjectionPaths } from "./get-plan.ts";
import { keyItem, keyOfRequest } from "./keys.ts";

const MAX_KEYS = 100;
const MAX_REPLY_BYTES = 16 * 1024 * 1024;
const BATCH_MEMBERS: ReadonlySet<string> = new Set(["RequestItems", "ReturnConsumedCapacity"]);
const TABLE_MEMBERS: ReadonlySet<string> = new Set([
  "Keys",
  "ConsistentRead",
  "ProjectionExpression",
  "ExpressionAttributeNames",
]);

export function getItem(context: DynamoContext, request: JsonObject): JsonObject {
  const detail = readCapacityDetail(request);
  const plan = planGet(context, request, "single");
  const consistent = optionalBoolean(request, "ConsistentRead") ?? false;
  const { item, size } = readPlanned(context, plan);
  const meter = new CapacityMeter();
  meter.addTable(plan.table, readUnits(size, consistent));
  return { ...(item !== undefined && { Item: item }), ...meter.reportOne(detail) };
}

type BatchRead = { readonly plan: GetPlan; readonly key: Item; readonly consistent: boolean };
type BatchTable = { readonly name: string; readonly raw: JsonObject; readonly reads: readonly BatchRead[] };

/** Replies above 16 MB leave the rest in `UnprocessedKeys`. Items come in no promised order. */
export function batchGetItem(context: DynamoContext, request: JsonObject): JsonObject {
  refuseOthers(request, BATCH_MEMBERS);
  const detail = readCapacityDetail(request);
  const tables = readBatch(context, request);
  const meter = new CapacityMeter();
  let bytes = 0;
  const Responses: Record<string, readonly Item[]> = {};
  const UnprocessedKeys: Record<string, JsonObject> = {};
  for (const { name, raw, reads } of tables) {
    const found: Item[] = [];
    const left: Item[] = [];
    for (const { plan, key, consistent } of context.randomness.order(reads)) {
      const { item, size } = readPlanned(context, plan);
      if (bytes + size > MAX_REPLY_BYTES) {
        left.push(key);
        continue;
      }
      bytes += size;
      meter.addTable(plan.table, readUnits(size, consistent));
      if (item !== undefined) found.push(item);
    }
    Responses[name] = found;
    if (left.length > 0) UnprocessedKeys[name] = { ...raw, Keys: left };
  }
  return { Responses, UnprocessedKeys, ...meter.reportAll(detail) };
}

function readBatch(context: DynamoContext, request: JsonObject): readonly BatchTable[] {
  const entries = Object.entries(optionalObject(request, "RequestItems") ?? {});
  const tables = entries.map(([name, raw]) => {
    if (!isObject(raw)) throw validation("BatchGetItem must have some requests set");
    return readTable(context, name, raw);
  });
  const count = tables.reduce((sum, { reads }) => sum + reads.length, 0);
  if (count === 0) throw validation("BatchGetItem must have some requests set");
  if (count > MAX_KEYS) throw validation("Too many items requested for the BatchGetItem call");
  return tables;
}

function readTable(context: DynamoContext, name: string, raw: JsonObject): BatchTable {
  refuseOthers(raw, TABLE_MEMBERS);
  const paths = readProjectionPaths(raw);
  const table = context.tables.named({ TableName: name });
  const consistent = optionalBoolean(raw, "ConsistentRead") ?? false;
  const reads = objectList(raw, "Keys").map((rawKey) => {
    const item = readItem(rawKey);
    const plan: GetPlan = { table, key: keyOfRequest(table.schema, item), paths };
    return { plan, key: keyItem(table.schema, item), consistent };
  });
  const distinct = new Set(reads.map(({ key }) => JSON.stringify(key)));
  if (distinct.size < reads.length) throw validation("Provided list of item keys contains duplicates");
  return { name, raw, reads };
}
