/** Query: one partition of a table or index, in the order of the sort key. */
import { validation } from "../errors.ts";
import { type JsonObject, optionalBoolean, optionalString, refuseOthers } from "../json.ts";
import type { Row, Store } from "../sqlite.ts";
import type { DynamoContext } from "./context.ts";
import type { Condition } from "./expressions/ast.ts";
import { parseCondition } from "./expressions/condition-parser.ts";
import { conditionPaths } from "./expressions/condition-paths.ts";
import { readPlaceholders } from "./expressions/placeholders.ts";
import { parseProjection } from "./expressions/projection-parser.ts";
import { type KeyRange, readKeyRange } from "./key-condition.ts";
import { attributesOf, type KeyAttribute, type KeySchema } from "./keys.ts";
import {
  type PageRequest,
  readLimit,
  readPage,
  readSelect,
  readStartKey,
  refuseUnprojected,
} from "./read-page.ts";
import type { SecondaryIndex, Table } from "./table-definition.ts";
import { readIndex } from "./tables.ts";

const MEMBERS: ReadonlySet<string> = new Set([
  "TableName",
  "IndexName",
  "KeyConditionExpression",
  "FilterExpression",
  "ProjectionExpression",
  "ExpressionAttributeNames",
  "ExpressionAttributeValues",
  "Limit",
  "ExclusiveStartKey",
  "ScanIndexForward",
  "Select",
  "ConsistentRead",
  "ReturnConsumedCapacity",
]);

export function query(context: DynamoContext, request: JsonObject): JsonObject {
  refuseOthers(request, MEMBERS);
  const table = context.tables.named(request);
  const index = readIndex(table, request);
  const consistent = optionalBoolean(request, "ConsistentRead") ?? false;
  if (consistent && index !== undefined) {
    throw validation("Consistent reads are not supported on global secondary indexes");
  }
  const { condition, filter, paths } = readExpressions(request);
  const schema = index?.schema ?? table.schema;
  refuseKeysInFilter(schema, filter);
  if (paths !== undefined) refuseUnprojected(table, index, paths);
  const countOnly = readSelect(request, index, paths);
  const page: PageRequest = { table, index, limit: readLimit(request), filter, paths, countOnly, consistent };
  const range = readKeyRange(schema, condition);
  const start = readStartKey(request, table, index);
  if (start !== undefined) refuseOutside(schema, range, start);
  const forward = optionalBoolean(request, "ScanIndexForward") ?? true;
  return readPage(selectRows(context.store, { table, index, range, start, forward }), page, request);
}

function readExpressions(request: JsonObject) {
  const placeholders = readPlaceholders(request, [
    "KeyConditionExpression",
    "FilterExpression",
    "ProjectionExpression",
  ]);
  const key = optionalString(request, "KeyConditionExpression");
  const filter = optionalString(request, "FilterExpression");
  const projection = optionalString(request, "ProjectionExpression");
  if (key === undefined) {
    throw validation(
      "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
    );
  }
  const expressions = {
    condition: parseCondition(key, "KeyConditionExpression", placeholders),
    filter: filter === undefined ? undefined : parseCondition(filter, "FilterExpression", placeholders),
    paths: projection === undefined ? undefined : parseProjection(projection, placeholders),
  };
  placeholders.assertAllUsed();
  return expressions;
}

function refuseKeysInFilter(schema: KeySchema, filter: Condition | undefined): void {
  if (filter === undefined) return;
  const named = new Set(conditionPaths(filter).map(([head]) => head));
  const key = attributesOf(schema).find(({ name }) => named.has(name));
  if (key === undefined) return;
  throw validation(
    `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${key.name}`,
  );
}

type StartKey = (attribute: KeyAttribute | undefined) => Uint8Array;

function refuseOutside(schema: KeySchema, { hash, low, high }: KeyRange, start: StartKey): void {
  const range = start(schema.range);
  const outside =
    Buffer.compare(start(schema.hash), hash) !== 0 ||
    (low !== undefined && Buffer.compare(range, low.bytes) < (low.inclusive ? 0 : 1)) ||
    (high !== undefined && Buffer.compare(range, high.bytes) > (high.inclusive ? 0 : -1));
  if (outside) {
    throw validation("The provided starting key is outside query boundaries based on provided conditions");
  }
}

type Selection = {
  readonly table: Table;
  readonly index: SecondaryIndex | undefined;
  readonly range: KeyRange;
  readonly start: StartKey | undefined;
  readonly forward: boolean;
};

function selectRows(store: Store, selection: Selection): Iterable<Row> {
  const { table, index, range, start, forward } = selection;
  const column = index === undefined ? "sk" : "e.range";
  const clauses: string[] = [];
  const parameters: (Uint8Array | number)[] = [];
  for (const [bound, sign] of [
    [range.low, ">"],
    [range.high, "<"],
  ] as const) {
    if (bound === undefined) continue;
    clauses.push(`AND ${column} ${sign}${bound.inclusive ? "=" : ""} ?`);
    parameters.push(bound.bytes);
  }
  const after = forward ? ">" : "<";
  const direction = forward ? "ASC" : "DESC";
  if (index === undefined) {
    if (start !== undefined) {
      clauses.push(`AND sk ${after} ?`);
      parameters.push(start(table.schema.range));
    }
    const sql = `SELECT item, size FROM items WHERE table_id = ? AND pk = ? ${clauses.join(" ")} ORDER BY sk ${direction}`;
    return store.prepare(sql).iterate(table.id, range.hash, ...parameters);
  }
  if (start !== undefined) {
    clauses.push(`AND (e.range, e.pk, e.sk) ${after} (?, ?, ?)`);
    parameters.push(start(index.schema.range), start(table.schema.hash), start(table.schema.range));
  }
  const order = `e.range ${direction}, e.pk ${direction}, e.sk ${direction}`;
  const sql = `SELECT i.item, i.size FROM index_entries e
    CROSS JOIN items i ON i.table_id = e.table_id AND i.pk = e.pk AND i.sk = e.sk
    WHERE e.table_id = ? AND e.index_number = ? AND e.hash = ? ${clauses.join(" ")} ORDER BY ${order}`;
  return store.prepare(sql).iterate(table.id, index.number, range.hash, ...parameters);
}
