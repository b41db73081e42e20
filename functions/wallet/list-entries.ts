/** The caller's entries in one currency, newest first. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { userAccount } from "../../shared/ledger/account.ts";
import { fromEntryItem } from "../../shared/ledger/codec.ts";
import { chainPartition } from "../../shared/table/keys.ts";
import { readPage } from "../../shared/table/page.ts";
import type { Table } from "../../shared/table/table.ts";
import type { walletRoutes } from "./contract.ts";
import { toEntryView } from "./entry-view.ts";

export const listEntries =
  ({ table }: { readonly table: Table }): RouteHandler<typeof walletRoutes.listEntries> =>
  async ({ query, caller }) => {
    const partition = chainPartition(userAccount(caller.accountId), query.currency);
    const page = await readPage(table, { partition, newestFirst: true }, query, [
      caller.accountId,
      partition,
    ]);
    if (!page.ok) return problem("cursor-invalid");
    const { items, nextCursor } = page.value;
    return {
      body: {
        items: items.map((item) => toEntryView(fromEntryItem(item))),
        ...(nextCursor === undefined ? {} : { nextCursor }),
      },
    };
  };
