/** Reading a page of a list under a cursor. */
import { err, ok, type Result } from "../result.ts";
import { type CursorRefusal, decodeCursor, encodeCursor } from "./cursor.ts";
import { tableSchema } from "./schema.ts";
import type { Item, QueryInput, Table } from "./table.ts";

export type PageRequest = { readonly limit: number; readonly cursor?: string | undefined };

export type ListPage = { readonly items: readonly Item[]; readonly nextCursor?: string };

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
    const partitionKey =
      query.index === undefined ? tableSchema.partitionKey : tableSchema.indexes[query.index].partitionKey;
    if (decoded.value[partitionKey] !== query.partition) return err({ code: "cursor-invalid" });
    after = decoded.value;
  }
  const page = await table.query({ ...query, limit, ...(after === undefined ? {} : { after }) });
  return ok(
    page.lastKey === undefined
      ? { items: page.items }
      : { items: page.items, nextCursor: encodeCursor(page.lastKey, boundTo) },
  );
}
