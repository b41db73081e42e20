/**
 * Pages of lists from which a part is left out when they are read: one page may have nothing to show though the list
 * goes on, so some more are read before an empty one is answered.
 */
import { ok, type Result } from "../../shared/result.ts";
import type { CursorRefusal } from "../../shared/table/cursor.ts";
import type { ListPage } from "../../shared/table/page.ts";
import type { Item } from "../../shared/table/table.ts";

/** How many pages one request reads at most; after that the caller goes on with the cursor. */
export const MAX_PAGES = 4;

export type FilledPage<T> = { readonly items: T[]; readonly nextCursor?: string };

/**
 * The first page with something to show, the last page of the list, or an empty one with a cursor after `MAX_PAGES`.
 * @param read a page of items; the first from where the caller's cursor stands.
 * @param show what of them is shown, in their order.
 */
export async function filledPage<T>(
  read: (cursor: string | undefined) => Promise<Result<ListPage, CursorRefusal>>,
  show: (items: readonly Item[]) => Promise<readonly T[]>,
  cursor: string | undefined,
): Promise<Result<FilledPage<T>, CursorRefusal>> {
  let from = cursor;
  for (let pages = 1; ; pages += 1) {
    const page = await read(from);
    if (!page.ok) return page;
    const { items, nextCursor } = page.value;
    const shown = items.length === 0 ? [] : [...(await show(items))];
    if (nextCursor === undefined) return ok({ items: shown });
    if (shown.length > 0 || pages === MAX_PAGES) return ok({ items: shown, nextCursor });
    from = nextCursor;
  }
}
