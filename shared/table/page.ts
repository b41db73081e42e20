/** Reading a page of a list under a cursor. */
import { err, ok, type Result } from "../result.ts";
import { type CursorRefusal, decodeCursor, encodeCursor } from "./cursor.ts";
import { tableSchema } from "./schema.ts";
import type { Item, QueryInput, Table } from "./table.ts";

export type PageRequest = { readonly limit: number; readonly cursor?: string | undefined };

export type ListPage = { readonly items: readonly Item[]; readonly nextCursor?: string };

/** A key is text that is not empty, or a number that DynamoDB and JSON agree on. */
const isKeyPart = (value: unknown): boolean =>
  typeof value === "string" ? value !== "" : Number.isSafeInteger(value);

/**
 * Whether a decoded cursor is a place in this list: the keys of the table and the index and no others, in the list's
 * own partition. Cursors are not signed, and DynamoDB throws for a start key of another form.
 */
function isPosition(cursor: Item, { index, partition }: Pick<QueryInput, "index" | "partition">): boolean {
  const { partitionKey, sortKey } = tableSchema;
  const indexKeys = index === undefined ? undefined : tableSchema.indexes[index];
  const types = new Map<string, "string" | "number">([
    [partitionKey, "string"],
    [sortKey, "string"],
    ...(indexKeys === undefined
      ? []
      : ([
          [indexKeys.partitionKey, "string"],
          [indexKeys.sortKey, indexKeys.sortKeyType],
        ] as const)),
  ]);
  const members = Object.entries(cursor);
  return (
    members.length === types.size &&
    members.every(([name, value]) => typeof value === types.get(name) && isKeyPart(value)) &&
    cursor[indexKeys?.partitionKey ?? partitionKey] === partition
  );
}

/**
 * @param boundTo the caller's id, the route's name and every filter: a cursor works for nothing else.
 * @returns `cursor-invalid` for a cursor of another list, caller or partition.
 */
export async function readPage(
  table: Table,
  query: Omit<QueryInput, "limit" | "after">,
  { limit, cursor }: PageRequest,
  boundTo: readonly string[],
): Promise<Result<ListPage, CursorRefusal>> {
  let after: Item | undefined;
  if (cursor !== undefined) {
    const decoded = decodeCursor(cursor, boundTo);
    if (!decoded.ok) return decoded;
    if (!isPosition(decoded.value, query)) return err({ code: "cursor-invalid" });
    after = decoded.value;
  }
  const page = await table.query({ ...query, limit, ...(after === undefined ? {} : { after }) });
  return ok(
    page.lastKey === undefined
      ? { items: page.items }
      : { items: page.items, nextCursor: encodeCursor(page.lastKey, boundTo) },
  );
}
