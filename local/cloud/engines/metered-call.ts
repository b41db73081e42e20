// Counts the capacity of every table call, whether or not the caller asked for it.

import type { Engine } from "../../engine/engine.ts";
import type { JsonObject } from "../../engine/json.ts";
import { ROOT_ACCESS_KEY } from "../iam/authorizer.ts";
import { recordOrEmpty } from "../json.ts";
import type { CapacityUnits, EngineHooks } from "./engine.ts";

const reading: ReadonlySet<string> = new Set([
  "GetItem",
  "BatchGetItem",
  "Query",
  "Scan",
  "TransactGetItems",
]);
const writing: ReadonlySet<string> = new Set([
  "PutItem",
  "UpdateItem",
  "DeleteItem",
  "BatchWriteItem",
  "TransactWriteItems",
]);

/** A call that also tells `hooks.onCall`, with units, of everything that a function did. */
export function meteredCall(call: Engine["call"], hooks: EngineHooks): Engine["call"] {
  return async (target, body, options = {}) => {
    const [prefix = "", operation = ""] = target.split(".");
    const accessKeyId = options.accessKeyId ?? "";
    if (accessKeyId === ROOT_ACCESS_KEY) return call(target, body, options);
    const isData = prefix.startsWith("DynamoDB_") && (reading.has(operation) || writing.has(operation));
    const asked = body["ReturnConsumedCapacity"];
    const hidden = isData && (asked === undefined || asked === "NONE");
    const reply = await call(target, hidden ? { ...body, ReturnConsumedCapacity: "TOTAL" } : body, options);
    const service = prefix === "AmazonSQS" ? "sqs" : "dynamodb";
    const units = isData ? unitsIn(reply, operation) : { read: 0, write: 0 };
    hooks.onCall({ service, operation, request: body, accessKeyId }, units);
    if (!hidden) return reply;
    const { ConsumedCapacity: _unasked, ...rest } = reply;
    return rest;
  };
}

function unitsIn(reply: JsonObject, operation: string): CapacityUnits {
  const consumed = reply["ConsumedCapacity"];
  const total = (Array.isArray(consumed) ? consumed : [consumed]).reduce<number>(
    (sum, one) => sum + Number(recordOrEmpty(one)["CapacityUnits"] ?? 0),
    0,
  );
  return writing.has(operation) ? { read: 0, write: total } : { read: total, write: 0 };
}
