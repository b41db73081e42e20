/** PutItem, UpdateItem and DeleteItem. */
import { dynamoError, validation } from "../errors.ts";
import { type JsonObject, optionalString } from "../json.ts";
import type { Item } from "./attribute-values.ts";
import { CapacityMeter, readCapacityDetail } from "./capacity.ts";
import type { DynamoContext } from "./context.ts";
import { project } from "./expressions/paths.ts";
import { type ItemChange, meterWrite } from "./item-store.ts";
import { planDelete, planPut, planUpdate, prepare, shownOnFailure, type WritePlan } from "./write-plan.ts";

type ReturnValues = "NONE" | "ALL_OLD" | "ALL_NEW" | "UPDATED_OLD" | "UPDATED_NEW";

const PUT_OR_DELETE: ReadonlySet<string> = new Set(["NONE", "ALL_OLD"]);
const UPDATE: ReadonlySet<string> = new Set(["NONE", "ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW"]);

export function putItem(context: DynamoContext, request: JsonObject): JsonObject {
  return writeOne(
    context,
    request,
    planPut(context, request, "single"),
    readReturnValues(request, PUT_OR_DELETE),
  );
}

export function deleteItem(context: DynamoContext, request: JsonObject): JsonObject {
  return writeOne(
    context,
    request,
    planDelete(context, request, "single"),
    readReturnValues(request, PUT_OR_DELETE),
  );
}

export function updateItem(context: DynamoContext, request: JsonObject): JsonObject {
  return writeOne(
    context,
    request,
    planUpdate(context, request, "single"),
    readReturnValues(request, UPDATE),
  );
}

function readReturnValues(request: JsonObject, allowed: ReadonlySet<string>): ReturnValues {
  const value = optionalString(request, "ReturnValues") ?? "NONE";
  if (allowed.has(value) && isReturnValues(value)) return value;
  throw validation("Return values set to invalid value");
}

function isReturnValues(value: string): value is ReturnValues {
  return UPDATE.has(value);
}

function writeOne(
  context: DynamoContext,
  request: JsonObject,
  plan: WritePlan,
  returnValues: ReturnValues,
): JsonObject {
  const detail = readCapacityDetail(request);
  const outcome = prepare(context, plan);
  if (!outcome.ok) {
    throw dynamoError("ConditionalCheckFailedException", "The conditional request failed", {
      fields: shownOnFailure(plan, outcome.before),
    });
  }
  context.store.transaction(() => context.items.write(outcome.change, "caller"));
  const meter = new CapacityMeter();
  if (detail !== "NONE") meterWrite(meter, outcome.change, 1);
  const attributes = returned(plan, outcome.change, returnValues);
  return {
    ...(attributes !== undefined && Object.keys(attributes).length > 0 && { Attributes: attributes }),
    ...meter.reportOne(detail),
  };
}

function returned(plan: WritePlan, change: ItemChange, returnValues: ReturnValues): Item | undefined {
  const { before, after } = change;
  switch (returnValues) {
    case "NONE":
      return undefined;
    case "ALL_OLD":
      return before?.item;
    case "ALL_NEW":
      return after?.item;
    case "UPDATED_OLD":
      return before && project(before.item, plan.touched);
    case "UPDATED_NEW":
      return after && project(after.item, plan.touched);
  }
}
