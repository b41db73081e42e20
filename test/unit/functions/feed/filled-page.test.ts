import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { filledPage, MAX_PAGES } from "../../../../functions/feed/filled-page.ts";
import { err, ok } from "../../../../shared/result.ts";
import type { Item } from "../../../../shared/table/table.ts";

type Entry = { readonly name: number; readonly shown: boolean };

/** A list read in pages whose cursor is the place of the next item. */
const reader = (list: readonly Entry[], limit: number) => {
  const cursors: (string | undefined)[] = [];
  return {
    cursors,
    read: async (cursor: string | undefined) => {
      cursors.push(cursor);
      const start = Number(cursor ?? 0);
      const items = list.slice(start, start + limit);
      return ok(start + limit < list.length ? { items, nextCursor: String(start + limit) } : { items });
    },
  };
};
const show = async (items: readonly Item[]) =>
  items.filter((item) => item["shown"] === true).map((item) => item["name"]);

const anyList = fc
  .array(fc.boolean(), { maxLength: 40 })
  .map((flags) => flags.map((shown, name): Entry => ({ name, shown })));

describe("a page of a list with gaps", () => {
  it("walked to the end gives everything that is shown, once and in order, a few pages a request", async () => {
    await fc.assert(
      fc.asyncProperty(anyList, fc.integer({ min: 1, max: 5 }), async (list, limit) => {
        const { read, cursors } = reader(list, limit);
        const seen: unknown[] = [];
        let cursor: string | undefined;
        do {
          const before = cursors.length;
          const page = await filledPage(read, show, cursor);
          if (!page.ok) throw new Error("no cursor of ours is refused");
          expect(cursors.length - before).toBeLessThanOrEqual(MAX_PAGES);
          seen.push(...page.value.items);
          cursor = page.value.nextCursor;
        } while (cursor !== undefined);
        expect(seen).toEqual(list.filter(({ shown }) => shown).map(({ name }) => name));
      }),
    );
  });

  it("is empty only at the end of the list or after as many pages as one request reads", async () => {
    const hidden = Array.from({ length: MAX_PAGES + 1 }, (_, name): Entry => ({ name, shown: false }));
    const { read } = reader(hidden, 1);
    expect(await filledPage(read, show, undefined)).toEqual(ok({ items: [], nextCursor: String(MAX_PAGES) }));
    expect(await filledPage(read, show, String(MAX_PAGES))).toEqual(ok({ items: [] }));
  });

  it("hands a refused cursor on", async () => {
    const refused = err({ code: "cursor-invalid" });
    expect(await filledPage(async () => refused, show, "x")).toEqual(refused);
  });
});
