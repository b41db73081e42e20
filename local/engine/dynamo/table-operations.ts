/** Operations on tables themselves, and the time to live. */
import { validation } from "../errors.ts";
import {
  type JsonObject,
  optionalBoolean,
  optionalInteger,
  optionalObject,
  optionalString,
  refuseOthers,
} from "../json.ts";
import { bytesOf, numberOf, textOf } from "../sqlite.ts";
import type { DynamoContext } from "./context.ts";
import { parseItem } from "./item-store.ts";
import { canonicalNumber, compareNumbers } from "./numbers.ts";
import { describeTable, readTableDefinition, type Table, tableArn } from "./table-definition.ts";

const MAX_LISTED = 100;

function describe(context: DynamoContext, table: Table): JsonObject {
  const row = context.store
    .prepare("SELECT COUNT(*) AS items, COALESCE(SUM(size), 0) AS bytes FROM items WHERE table_id = ?")
    .get(table.id);
  const counts = { items: row ? numberOf(row, "items") : 0, bytes: row ? numberOf(row, "bytes") : 0 };
  return describeTable(table, tableArn(context.region, context.accountId, table.name), counts);
}

/** The table is active at once. */
export function createTable(context: DynamoContext, request: JsonObject): JsonObject {
  const table = context.tables.add(readTableDefinition(request, context.now()));
  return { TableDescription: describe(context, table) };
}

export function readTable(context: DynamoContext, request: JsonObject): JsonObject {
  refuseOthers(request, new Set(["TableName"]));
  return { Table: describe(context, context.tables.named(request)) };
}

export function deleteTable(context: DynamoContext, request: JsonObject): JsonObject {
  refuseOthers(request, new Set(["TableName"]));
  const table = context.tables.named(request);
  if (table.deletionProtected) {
    throw validation(
      "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.",
    );
  }
  const description = { ...describe(context, table), TableStatus: "DELETING" };
  context.tables.remove(table);
  return { TableDescription: description };
}

export function listTables(context: DynamoContext, request: JsonObject): JsonObject {
  refuseOthers(request, new Set(["ExclusiveStartTableName", "Limit"]));
  const after = optionalString(request, "ExclusiveStartTableName") ?? "";
  const limit = optionalInteger(request, "Limit") ?? MAX_LISTED;
  if (limit < 1 || limit > MAX_LISTED) throw validation(`Limit must be between 1 and ${MAX_LISTED}`);
  const names = context.tables
    .all()
    .map(({ name }) => name)
    .filter((name) => name > after);
  const TableNames = names.slice(0, limit);
  return { TableNames, ...(names.length > limit && { LastEvaluatedTableName: TableNames.at(-1) }) };
}

export function updateTimeToLive(context: DynamoContext, request: JsonObject): JsonObject {
  refuseOthers(request, new Set(["TableName", "TimeToLiveSpecification"]));
  const table = context.tables.named(request);
  const specification = optionalObject(request, "TimeToLiveSpecification") ?? {};
  const AttributeName = optionalString(specification, "AttributeName");
  const Enabled = optionalBoolean(specification, "Enabled");
  if (AttributeName === undefined || Enabled === undefined) {
    throw validation("TimeToLiveSpecification must have AttributeName and Enabled");
  }
  if (Enabled === (table.ttlAttribute !== undefined)) {
    throw validation(`TimeToLive is already ${Enabled ? "enabled" : "disabled"}`);
  }
  context.tables.replace({ ...table, ttlAttribute: Enabled ? AttributeName : undefined });
  return { TimeToLiveSpecification: { AttributeName, Enabled } };
}

export function describeTimeToLive(context: DynamoContext, request: JsonObject): JsonObject {
  refuseOthers(request, new Set(["TableName"]));
  const { ttlAttribute } = context.tables.named(request);
  if (ttlAttribute === undefined) return { TimeToLiveDescription: { TimeToLiveStatus: "DISABLED" } };
  return { TimeToLiveDescription: { TimeToLiveStatus: "ENABLED", AttributeName: ttlAttribute } };
}

const EXPIRY_LIMIT_S = 5 * 365 * 24 * 60 * 60;

/**
 * Deletes what the time to live has let expire: on AWS within days of the time, here when asked. As there, a time
 * more than five years past is left alone.
 * @returns how many items went.
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
 */
export function expireItems(context: DynamoContext, nowMs: number): number {
  return context.tables.all().reduce((sum, table) => sum + expireTable(context, table, nowMs), 0);
}

function expireTable(context: DynamoContext, table: Table, nowMs: number): number {
  const { ttlAttribute } = table;
  if (ttlAttribute === undefined) return 0;
  const nowS = String(Math.floor(nowMs / 1000));
  const oldest = String(Math.floor(nowMs / 1000) - EXPIRY_LIMIT_S);
  // Found as text first: to parse every item would stop everything else for as long as the table is large. The plus sign
  // keeps SQLite from going by the index of keys, since all are read.
  const due = context.store
    .prepare("SELECT pk, sk, item, size FROM items WHERE +table_id = ? AND instr(item, ?) > 0")
    .all(table.id, `${JSON.stringify(ttlAttribute)}:{"N":`)
    .flatMap((row) => {
      const json = textOf(row, "item");
      const item = parseItem(json);
      const value = Object.hasOwn(item, ttlAttribute) ? item[ttlAttribute] : undefined;
      if (value === undefined || !("N" in value)) return [];
      const at = canonicalNumber(value.N);
      if (compareNumbers(at, nowS) >= 0 || compareNumbers(at, oldest) < 0) return [];
      const key = { hash: bytesOf(row, "pk"), range: bytesOf(row, "sk") };
      return [{ key, before: { item, json, size: numberOf(row, "size") } }];
    });
  if (due.length === 0) return 0;
  context.store.transaction(() => {
    for (const { key, before } of due) context.items.write({ table, key, before, after: undefined }, "ttl");
  });
  return due.length;
}
