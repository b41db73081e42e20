/** One page of a Query or Scan: limit, 1 MB, filter, projection, count, the key to go on from, its price. */
import { validation } from "../errors.ts";
import { type JsonObject, optionalInteger, optionalObject, optionalString } from "../json.ts";
import { numberOf, type Row, textOf } from "../sqlite.ts";
import { type Item, readItem } from "./attribute-values.ts";
import { CapacityMeter, readCapacityDetail } from "./capacity.ts";
import type { Condition } from "./expressions/ast.ts";
import { evaluate } from "./expressions/evaluate.ts";
import { type Path, project } from "./expressions/paths.ts";
import { indexHolds, projectToIndex } from "./index-projection.ts";
import { itemSize } from "./item-size.ts";
import { parseItem } from "./item-store.ts";
import { attributesOf, encodeKeyValue, type KeyAttribute, keyItem } from "./keys.ts";
import type { SecondaryIndex, Table } from "./table-definition.ts";

const MAX_PAGE_BYTES = 1024 * 1024;
const READ_UNIT_BYTES = 4096;

export type PageRequest = {
  readonly table: Table;
  readonly index: SecondaryIndex | undefined;
  readonly limit: number;
  readonly filter: Condition | undefined;
  /** Absent: every attribute that the table or index holds. */
  readonly paths: readonly Path[] | undefined;
  readonly countOnly: boolean;
  readonly consistent: boolean;
};

/** `Limit`, or no limit. @throws ValidationException when it is below 1. */
export function readLimit(request: JsonObject): number {
  const limit = optionalInteger(request, "Limit") ?? Number.POSITIVE_INFINITY;
  if (limit >= 1) return limit;
  throw validation(
    `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1`,
  );
}

/** Whether only the count is asked for. @throws ValidationException when `Select` contradicts the rest. */
export function readSelect(
  request: JsonObject,
  index: SecondaryIndex | undefined,
  paths: readonly Path[] | undefined,
): boolean {
  const select = optionalString(request, "Select");
  if (select === undefined) return false;
  if (select === "SPECIFIC_ATTRIBUTES") {
    if (paths !== undefined) return false;
    throw validation(
      "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES",
    );
  }
  const meaning = SELECT_MEANING[select];
  if (meaning === undefined) throw validation(`Select: ${select} is not a known value`);
  if (paths !== undefined) {
    throw validation(`Cannot specify the ProjectionExpression when choosing to get ${meaning}`);
  }
  if (select === "ALL_ATTRIBUTES" && index !== undefined && index.projection.type !== "ALL") {
    throw validation(
      `One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
    );
  }
  if (select === "ALL_PROJECTED_ATTRIBUTES" && index === undefined) {
    throw validation("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
  }
  return select === "COUNT";
}

const SELECT_MEANING: Readonly<Record<string, string>> = {
  ALL_ATTRIBUTES: "ALL_ATTRIBUTES",
  ALL_PROJECTED_ATTRIBUTES: "ALL_PROJECTED_ATTRIBUTES",
  COUNT: "only the Count",
};

/** @throws ValidationException when an index does not hold an attribute that the projection names. */
export function refuseUnprojected(
  table: Table,
  index: SecondaryIndex | undefined,
  paths: readonly Path[],
): void {
  if (index === undefined) return;
  const missing = paths.map(([head]) => String(head)).filter((name) => !indexHolds(table, index, name));
  if (missing.length === 0) return;
  throw validation(
    `One or more parameter values were invalid: Global secondary index ${index.name} does not project [${missing.join(", ")}]`,
  );
}

/** The encoded parts of `ExclusiveStartKey`, by attribute. @throws ValidationException when they are not the key's. */
export function readStartKey(
  request: JsonObject,
  table: Table,
  index: SecondaryIndex | undefined,
): ((attribute: KeyAttribute | undefined) => Uint8Array) | undefined {
  const raw = optionalObject(request, "ExclusiveStartKey");
  if (raw === undefined) return undefined;
  const key = readItem(raw);
  const attributes = keyAttributes(table, index);
  if (Object.keys(key).length !== attributes.length) throw invalidStart();
  const encoded = new Map(
    attributes.map(({ name, type }) => {
      const value = Object.hasOwn(key, name) ? key[name] : undefined;
      if (value === undefined || !(type in value)) throw invalidStart();
      return [name, encodeKeyValue(value)];
    }),
  );
  return (attribute) => (attribute && encoded.get(attribute.name)) ?? new Uint8Array(0);
}

function invalidStart(): Error {
  return validation(
    "The provided starting key is invalid: The provided key element does not match the schema",
  );
}

/** Those of the table and of the index, each once. */
function keyAttributes(table: Table, index: SecondaryIndex | undefined): readonly KeyAttribute[] {
  const all = [...attributesOf(table.schema), ...(index === undefined ? [] : attributesOf(index.schema))];
  return all.filter((attribute, at) => all.findIndex(({ name }) => name === attribute.name) === at);
}

/**
 * @param rows with columns `item` and `size`, in order from the start key; read only as far as the page goes.
 * @param request for `ReturnConsumedCapacity`.
 */
export function readPage(rows: Iterable<Row>, page: PageRequest, request: JsonObject): JsonObject {
  const detail = readCapacityDetail(request);
  const { table, index } = page;
  const Items: Item[] = [];
  let count = 0;
  let scanned = 0;
  let bytes = 0;
  let last: Item | undefined;
  for (const row of rows) {
    const whole = parseItem(textOf(row, "item"));
    const item = index === undefined ? whole : projectToIndex(table, index, whole);
    bytes += item === whole ? numberOf(row, "size") : itemSize(item);
    scanned += 1;
    if (page.filter === undefined || evaluate(page.filter, item)) {
      count += 1;
      if (!page.countOnly) Items.push(page.paths === undefined ? item : project(item, page.paths));
    }
    if (scanned >= page.limit || bytes >= MAX_PAGE_BYTES) {
      last = item;
      break;
    }
  }
  const meter = new CapacityMeter();
  const units = Math.max(1, Math.ceil(bytes / READ_UNIT_BYTES)) * (page.consistent ? 1 : 0.5);
  meter.addTable(table, index === undefined ? units : 0);
  if (index !== undefined) meter.addIndex(table, index.name, units);
  return {
    ...(!page.countOnly && { Items }),
    Count: count,
    ScannedCount: scanned,
    ...(last !== undefined && { LastEvaluatedKey: pageKey(table, index, last) }),
    ...meter.reportOne(detail),
  };
}

function pageKey(table: Table, index: SecondaryIndex | undefined, item: Item): Item {
  return { ...keyItem(table.schema, item), ...(index !== undefined && keyItem(index.schema, item)) };
}
