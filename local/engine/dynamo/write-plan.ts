/**
 * One write, as a plan: everything that can be checked from the request alone is checked when the plan is made,
 * what depends on the stored item when it is carried out. Single writes and transactions share it.
 */
import { notImplemented, validation } from "../errors.ts";
import { type JsonObject, optionalObject, optionalString, refuseOthers } from "../json.ts";
import { type Item, readItem } from "./attribute-values.ts";
import type { DynamoContext } from "./context.ts";
import type { Condition } from "./expressions/ast.ts";
import { parseCondition } from "./expressions/condition-parser.ts";
import { evaluate } from "./expressions/evaluate.ts";
import type { ExpressionKind } from "./expressions/lexer.ts";
import type { Path } from "./expressions/paths.ts";
import { type Placeholders, readPlaceholders } from "./expressions/placeholders.ts";
import { applyUpdate } from "./expressions/update.ts";
import { parseUpdate, updatedPaths } from "./expressions/update-parser.ts";
import { checkedIndexes, checkedItem, checkedSize, type ItemChange, type StoredItem } from "./item-store.ts";
import { attributesOf, type EncodedKey, keyItem, keyOfItem, keyOfRequest } from "./keys.ts";
import type { Table } from "./table-definition.ts";

export type WritePlan = {
  readonly table: Table;
  readonly key: EncodedKey;
  readonly condition: Condition | undefined;
  /** What an update touches, for `UPDATED_OLD` and `UPDATED_NEW`. */
  readonly touched: readonly Path[];
  /** Whether a failed condition shows the item. */
  readonly showOnFailure: boolean;
  /** The item after the write: absent for a deletion. @throws ValidationException */
  next(before: StoredItem | undefined): StoredItem | undefined;
};

const COMMON = [
  "TableName",
  "ConditionExpression",
  "ExpressionAttributeNames",
  "ExpressionAttributeValues",
  "ReturnValuesOnConditionCheckFailure",
];
/** What a single call has and an action of a transaction has not. */
const SINGLE = ["ReturnValues", "ReturnConsumedCapacity", "ReturnItemCollectionMetrics"];
const NOTHING: Item = {};

export type WriteScope = "single" | "transaction";

function refuseUnknown(request: JsonObject, own: readonly string[], scope: WriteScope): void {
  refuseOthers(request, new Set([...COMMON, ...own, ...(scope === "single" ? SINGLE : [])]));
  const metrics = optionalString(request, "ReturnItemCollectionMetrics") ?? "NONE";
  if (metrics !== "NONE") throw notImplemented("ReturnItemCollectionMetrics");
}

const MOST_KNOWN = 100;
const knownConditions = new Map<string, Condition>();

/** A condition without placeholders means the same every time: `attribute_not_exists(pk)` comes with every first write. */
function readCondition(request: JsonObject, placeholders: Placeholders): Condition | undefined {
  const text = optionalString(request, "ConditionExpression");
  if (text === undefined) return undefined;
  const known = knownConditions.get(text);
  if (known !== undefined) return known;
  const condition = parseCondition(text, "ConditionExpression", placeholders);
  if (knownConditions.size < MOST_KNOWN && !/[#:]/.test(text)) knownConditions.set(text, condition);
  return condition;
}

function showsOnFailure(request: JsonObject): boolean {
  const mode = optionalString(request, "ReturnValuesOnConditionCheckFailure") ?? "NONE";
  if (mode !== "NONE" && mode !== "ALL_OLD") {
    throw validation("ReturnValuesOnConditionCheckFailure can only be ALL_OLD or NONE");
  }
  return mode === "ALL_OLD";
}

function readKey(table: Table, request: JsonObject): { readonly item: Item; readonly encoded: EncodedKey } {
  const raw = optionalObject(request, "Key");
  if (raw === undefined) throw validation("The Key parameter is required");
  const item = readItem(raw);
  return { item, encoded: keyOfRequest(table.schema, item) };
}

const CONDITION_ONLY: readonly ExpressionKind[] = ["ConditionExpression"];

export function planPut(context: DynamoContext, request: JsonObject, scope: WriteScope): WritePlan {
  refuseUnknown(request, ["Item"], scope);
  const placeholders = readPlaceholders(request, CONDITION_ONLY);
  const condition = readCondition(request, placeholders);
  placeholders.assertAllUsed();
  const raw = optionalObject(request, "Item");
  if (raw === undefined) throw validation("The Item parameter is required");
  const item = readItem(raw);
  const table = context.tables.named(request);
  const key = keyOfItem(table.schema, item);
  const size = checkedSize(item, "Item size has exceeded the maximum allowed size");
  const next = () => checkedIndexes(table, item, size);
  return { table, key, condition, touched: [], showOnFailure: showsOnFailure(request), next };
}

export function planDelete(context: DynamoContext, request: JsonObject, scope: WriteScope): WritePlan {
  refuseUnknown(request, ["Key"], scope);
  return { ...planWithKey(context, request), next: () => undefined };
}

/** Of a transaction only: it changes nothing and must have a condition. */
export function planConditionCheck(context: DynamoContext, request: JsonObject): WritePlan {
  refuseUnknown(request, ["Key"], "transaction");
  if (optionalString(request, "ConditionExpression") === undefined) {
    throw validation("The ConditionExpression of a ConditionCheck must not be null");
  }
  return { ...planWithKey(context, request), next: (before) => before };
}

function planWithKey(context: DynamoContext, request: JsonObject): Omit<WritePlan, "next"> {
  const placeholders = readPlaceholders(request, CONDITION_ONLY);
  const condition = readCondition(request, placeholders);
  placeholders.assertAllUsed();
  const table = context.tables.named(request);
  const key = readKey(table, request).encoded;
  return { table, key, condition, touched: [], showOnFailure: showsOnFailure(request) };
}

export function planUpdate(context: DynamoContext, request: JsonObject, scope: WriteScope): WritePlan {
  refuseUnknown(request, ["Key", "UpdateExpression"], scope);
  const placeholders = readPlaceholders(request, ["UpdateExpression", "ConditionExpression"]);
  const text = optionalString(request, "UpdateExpression");
  const update = text === undefined ? undefined : parseUpdate(text, placeholders);
  const condition = readCondition(request, placeholders);
  placeholders.assertAllUsed();
  const table = context.tables.named(request);
  const key = readKey(table, request);
  const touched = update === undefined ? [] : updatedPaths(update);
  refuseKeyChange(table, touched);
  return {
    table,
    key: key.encoded,
    condition,
    touched,
    showOnFailure: showsOnFailure(request),
    next(before) {
      const base = before?.item ?? keyItem(table.schema, key.item);
      const after = update === undefined ? base : applyUpdate(update, base);
      return checkedItem(table, after, "Item size to update has exceeded the maximum allowed size");
    },
  };
}

function refuseKeyChange(table: Table, touched: readonly Path[]): void {
  const key = attributesOf(table.schema).find(({ name }) => touched.some(([head]) => head === name));
  if (key === undefined) return;
  throw validation(
    `One or more parameter values were invalid: Cannot update attribute ${key.name}. This attribute is part of the key`,
  );
}

/** What became of a plan when it met the stored item. */
export type WriteOutcome =
  | { readonly ok: true; readonly change: ItemChange }
  | { readonly ok: false; readonly before: StoredItem | undefined };

/** Reads the item, tests the condition and works out the change; nothing is written yet. */
export function prepare(context: DynamoContext, plan: WritePlan): WriteOutcome {
  const before = context.items.read(plan.table, plan.key);
  if (plan.condition !== undefined && !evaluate(plan.condition, before?.item ?? NOTHING)) {
    return { ok: false, before };
  }
  return { ok: true, change: { table: plan.table, key: plan.key, before, after: plan.next(before) } };
}

/** The `Item` member of a failed condition, where it was asked for and there is one. */
export function shownOnFailure(plan: WritePlan, before: StoredItem | undefined): JsonObject {
  if (!plan.showOnFailure || before === undefined) return {};
  return { Item: before.item };
}
