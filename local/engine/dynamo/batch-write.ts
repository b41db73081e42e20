/** BatchWriteItem: up to 25 puts and deletes, each by itself, without conditions. */
import { validation } from "../errors.ts";
import { type JsonObject, objectList, optionalObject, refuseOthers } from "../json.ts";
import { CapacityMeter, readCapacityDetail } from "./capacity.ts";
import type { DynamoContext } from "./context.ts";
import { meterWrite } from "./item-store.ts";
import { planDelete, planPut, prepare, type WritePlan } from "./write-plan.ts";

const MAX_REQUESTS = 25;
const MEMBERS: ReadonlySet<string> = new Set([
  "RequestItems",
  "ReturnConsumedCapacity",
  "ReturnItemCollectionMetrics",
]);

export function batchWriteItem(context: DynamoContext, request: JsonObject): JsonObject {
  refuseOthers(request, MEMBERS);
  const detail = readCapacityDetail(request);
  const plans = readBatch(context, request);
  const meter = new CapacityMeter();
  context.store.transaction(() => {
    for (const plan of context.randomness.order(plans)) {
      const outcome = prepare(context, plan);
      if (!outcome.ok) throw new TypeError("a batch write has no conditions");
      context.items.write(outcome.change, "caller");
      meterWrite(meter, outcome.change, 1);
    }
  });
  return { UnprocessedItems: {}, ...meter.reportAll(detail) };
}

function readBatch(context: DynamoContext, request: JsonObject): readonly WritePlan[] {
  const tables = Object.entries(optionalObject(request, "RequestItems") ?? {});
  const raw = tables.flatMap(([TableName]) =>
    objectList(optionalObject(request, "RequestItems") ?? {}, TableName).map((entry) => ({
      TableName,
      entry,
    })),
  );
  if (raw.length === 0) throw validation("BatchWriteItem must have some requests set");
  if (raw.length > MAX_REQUESTS) throw validation("Too many items requested for the BatchWriteItem call");
  const plans = raw.map(({ TableName, entry }) => planEntry(context, TableName, entry));
  const distinct = new Set(
    plans.map(
      ({ table, key }) =>
        `${table.id}:${Buffer.from(key.hash).toString("hex")}:${Buffer.from(key.range).toString("hex")}`,
    ),
  );
  if (distinct.size < plans.length) throw validation("Provided list of item keys contains duplicates");
  return plans;
}

function planEntry(context: DynamoContext, TableName: string, entry: JsonObject): WritePlan {
  const put = optionalObject(entry, "PutRequest");
  const remove = optionalObject(entry, "DeleteRequest");
  if ((put === undefined) === (remove === undefined)) {
    throw validation("A write request must contain either a PutRequest or a DeleteRequest");
  }
  refuseOthers(put ?? remove ?? {}, new Set([put === undefined ? "Key" : "Item"]));
  if (put !== undefined) return planPut(context, { TableName, ...put }, "transaction");
  return planDelete(context, { TableName, ...remove }, "transaction");
}
