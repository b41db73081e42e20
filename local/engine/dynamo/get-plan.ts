/** One read by key, shared by GetItem, BatchGetItem and TransactGetItems. */
import { validation } from "../errors.ts";
import { type JsonObject, optionalObject, optionalString, refuseOthers } from "../json.ts";
import { type Item, readItem } from "./attribute-values.ts";
import type { DynamoContext } from "./context.ts";
import { type Path, project } from "./expressions/paths.ts";
import { readPlaceholders } from "./expressions/placeholders.ts";
import { parseProjection } from "./expressions/projection-parser.ts";
import { type EncodedKey, keyOfRequest } from "./keys.ts";
import type { Table } from "./table-definition.ts";

export type GetPlan = {
  readonly table: Table;
  readonly key: EncodedKey;
  /** Absent: the whole item. */
  readonly paths: readonly Path[] | undefined;
};

const TRANSACTION: ReadonlySet<string> = new Set([
  "TableName",
  "Key",
  "ProjectionExpression",
  "ExpressionAttributeNames",
]);
const SINGLE: ReadonlySet<string> = new Set([...TRANSACTION, "ConsistentRead", "ReturnConsumedCapacity"]);

export function planGet(
  context: DynamoContext,
  request: JsonObject,
  scope: "single" | "transaction",
): GetPlan {
  refuseOthers(request, scope === "single" ? SINGLE : TRANSACTION);
  const paths = readProjectionPaths(request);
  const raw = optionalObject(request, "Key");
  if (raw === undefined) throw validation("The Key parameter is required");
  const table = context.tables.named(request);
  return { table, key: keyOfRequest(table.schema, readItem(raw)), paths };
}

/** The projection of a request that has no other expression. */
export function readProjectionPaths(request: JsonObject): readonly Path[] | undefined {
  const placeholders = readPlaceholders(request, ["ProjectionExpression"]);
  const text = optionalString(request, "ProjectionExpression");
  const paths = text === undefined ? undefined : parseProjection(text, placeholders);
  placeholders.assertAllUsed();
  return paths;
}

/** `size` is that of the whole item, which is what a read costs whatever it projects. */
export function readPlanned(
  context: DynamoContext,
  { table, key, paths }: GetPlan,
): { readonly item: Item | undefined; readonly size: number } {
  const stored = context.items.read(table, key);
  if (stored === undefined) return { item: undefined, size: 0 };
  return { item: paths === undefined ? stored.item : project(stored.item, paths), size: stored.size };
}
