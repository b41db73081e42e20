/** A stretch of the caller's chain, oldest first, that can be verified with nothing but itself. */
import type { RouteHandler } from "../../shared/http/serve.ts";
import { userAccount } from "../../shared/ledger/account.ts";
import { fromEntryItem } from "../../shared/ledger/codec.ts";
import { chainPartition, keys } from "../../shared/table/keys.ts";
import type { Table } from "../../shared/table/table.ts";
import type { walletRoutes } from "./contract.ts";
import { toEntryView } from "./entry-view.ts";

export const getStatement =
  ({ table }: { readonly table: Table }): RouteHandler<typeof walletRoutes.getStatement> =>
  async ({ query, caller }) => {
    const account = userAccount(caller.accountId);
    const { currency, from, limit } = query;
    const page = await table.query({
      partition: chainPartition(account, currency),
      sort: "#sk >= :from",
      values: { ":from": keys.entry(account, currency, from).sk },
      limit,
      consistent: true,
    });
    const entries = page.items.map((item) => toEntryView(fromEntryItem(item)));
    const to = entries.at(-1)?.sequence ?? from - 1;
    return {
      body: {
        format: 1 as const,
        account,
        currency,
        from,
        to,
        entries,
        ...(page.lastKey === undefined ? {} : { nextFrom: to + 1 }),
      },
    };
  };
