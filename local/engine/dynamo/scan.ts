/** Scan: a whole table or index, or one segment of it. */
import { validation } from "../errors.ts";
import { type JsonObject, optionalBoolean, optionalInteger, optionalString, refuseOthers } from "../json.ts";
import { bytesOf, type Row, type Store } from "../sqlite.ts";
import type { DynamoContext } from "./context.ts";
import { parseCondition } from "./expressions/condition-parser.ts";
import { readPlaceholders } from "./expressions/placeholders.ts";
import { parseProjection } from "./expressions/projection-parser.ts";
import type { KeyAttribute } from "./keys.ts";
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
  "FilterExpression",
  "ProjectionExpression",
  "ExpressionAttributeNames",
  "ExpressionAttributeValues",
  "Limit",
  "ExclusiveStartKey",
  "Select",
  "ConsistentRead",
  "Segment",
  "TotalSegments",
  "ReturnConsumedCapacity",
]);
const MAX_SEGMENTS = 1_000_000;

export function scan(context: DynamoContext, request: JsonObject): JsonObject {
  refuseOthers(request, MEMBERS);
  const table = context.tables.named(request);
  const index = readIndex(table, request);
  const consistent = optionalBoolean(request, "ConsistentRead") ?? false;
  if (consistent && index !== undefined) {
    throw validation("Consistent reads are not supported on global secondary indexes");
  }
  const { filter, paths } = readExpressions(request);
  if (paths !== undefined) refuseUnprojected(table, index, paths);
  const countOnly = readSelect(request, index, paths);
  const page: PageRequest = { table, index, limit: readLimit(request), filter, paths, countOnly, consistent };
  const segment = readSegment(request);
  const rows = selectRows(context.store, table, index, readStartKey(request, table, index));
  return readPage(segment === undefined ? rows : inSegment(rows, segment), page, request);
}

function readExpressions(request: JsonObject) {
  const placeholders = readPlaceholders(request, ["FilterExpression", "ProjectionExpression"]);
  const filter = optionalString(request, "FilterExpression");
  const projection = optionalString(request, "ProjectionExpression");
  const expressions = {
    filter: filter === undefined ? undefined : parseCondition(filter, "FilterExpression", placeholders),
    paths: projection === undefined ? undefined : parseProjection(projection, placeholders),
  };
  placeholders.assertAllUsed();
  return expressions;
}

type Segment = { readonly number: number; readonly total: number };

function readSegment(request: JsonObject): Segment | undefined {
  const number = optionalInteger(request, "Segment");
  const total = optionalInteger(request, "TotalSegments");
  if (number === undefined && total === undefined) return undefined;
  if (number === undefined || total === undefined) {
    const [given, absent] =
      number === undefined ? ["TotalSegments", "Segment"] : ["Segment", "TotalSegments"];
    throw validation(
      `The ${absent} parameter is required but was not present in the request when ${given} parameter is present`,
    );
  }
  if (total < 1 || total > MAX_SEGMENTS || number < 0) {
    throw validation("TotalSegments must be between 1 and 1000000 and Segment must not be negative");
  }
  if (number >= total) {
    throw validation(
      `The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: ${number} is not less than TotalSegments: ${total}`,
    );
  }
  return { number, total };
}

/** Partitions fall into segments by a hash of their key, so that each is in exactly one. */
function* inSegment(rows: Iterable<Row>, { number, total }: Segment): Generator<Row> {
  for (const row of rows) if (fnv1a(bytesOf(row, "partition")) % total === number) yield row;
}

/** @see http://www.isthe.com/chongo/tech/comp/fnv/ */
function fnv1a(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}

function selectRows(
  store: Store,
  table: Table,
  index: SecondaryIndex | undefined,
  start: ((attribute: KeyAttribute | undefined) => Uint8Array) | undefined,
): Iterable<Row> {
  const base = start && [start(table.schema.hash), start(table.schema.range)];
  if (index === undefined) {
    const clause = base === undefined ? "" : "AND (pk, sk) > (?, ?)";
    const sql = `SELECT pk AS partition, item, size FROM items WHERE table_id = ? ${clause} ORDER BY pk, sk`;
    return store.prepare(sql).iterate(table.id, ...(base ?? []));
  }
  const entry = start && base && [start(index.schema.hash), start(index.schema.range), ...base];
  const clause = entry === undefined ? "" : "AND (e.hash, e.range, e.pk, e.sk) > (?, ?, ?, ?)";
  const sql = `SELECT e.hash AS partition, i.item, i.size FROM index_entries e
    CROSS JOIN items i ON i.table_id = e.table_id AND i.pk = e.pk AND i.sk = e.sk
    WHERE e.table_id = ? AND e.index_number = ? ${clause} ORDER BY e.hash, e.range, e.pk, e.sk`;
  return store.prepare(sql).iterate(table.id, index.number, ...(entry ?? []));
}
