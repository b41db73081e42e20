/** Money without a known owner, and callbacks that match nothing. */
import * as z from "zod";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { systemAccount } from "../../shared/ledger/account.ts";
import { fromEntryItem } from "../../shared/ledger/codec.ts";
import { money } from "../../shared/money/money.ts";
import { toTimestamp } from "../../shared/platform/clock.ts";
import { chainPartition, ownerPartitions } from "../../shared/table/keys.ts";
import { readPage } from "../../shared/table/page.ts";
import type { opsRoutes } from "./contract.ts";
import type { OpsDeps } from "./deps.ts";

const suspense = systemAccount("suspense");

const waitingCallback = z.object({
  channel: z.string(),
  channelEventId: z.string(),
  type: z.string().default("unknown"),
  receivedAt: z.int(),
});

/** Enough to see that something waits; the runbook says how to list them all. */
const CALLBACKS_SHOWN = 50;

export const getSuspense =
  ({ table, ledger, currencies }: OpsDeps): RouteHandler<typeof opsRoutes.getSuspense> =>
  async ({ query, caller }) => {
    const partition = chainPartition(suspense, query.currency);
    const [page, heads, waiting] = await Promise.all([
      readPage(table, { partition, newestFirst: true }, query, [
        caller.accountId,
        "suspense",
        query.currency,
      ]),
      Promise.all(currencies.map((currency) => ledger.head({ account: suspense, currency }))),
      table.query({
        index: "byOwner",
        partition: ownerPartitions.waitingCallbacks(),
        newestFirst: true,
        limit: CALLBACKS_SHOWN,
      }),
    ]);
    if (!page.ok) return problem("cursor-invalid");
    const { items, nextCursor } = page.value;
    return {
      body: {
        balances: heads
          .filter((head) => head !== undefined)
          .map((head) => money(head.state.available, head.currency)),
        items: items.map(fromEntryItem).map((entry) => ({
          transferId: entry.transferId,
          amount: money(entry.amount.available, entry.currency),
          ...(entry.memo === undefined ? {} : { memo: entry.memo }),
          at: toTimestamp(entry.at),
        })),
        ...(nextCursor === undefined ? {} : { nextCursor }),
        unmatchedCallbacks: waiting.items
          .map((item) => waitingCallback.parse(item))
          .map(({ channel, channelEventId, type, receivedAt }) => ({
            channel,
            eventId: channelEventId,
            type,
            receivedAt: toTimestamp(receivedAt),
          })),
      },
    };
  };
