/**
 * The entries of one chain that were posted in a span of time. A chain is in the order of time, so its beginning is
 * found by bisection over the sequence numbers; from there it is read page by page.
 */
import * as z from "zod";
import type { Chain } from "../ledger/entry.ts";
import type { EpochMs } from "../platform/clock.ts";
import { chainPartition, keys } from "../table/keys.ts";
import type { Item, Table } from "../table/table.ts";

const schema = z.object({
  sequence: z.int(),
  transferId: z.string(),
  amount: z.object({ available: z.int() }),
  memo: z.string().optional(),
  at: z.int(),
});
/** What of an entry is compared. */
export type ClearingEntry = z.output<typeof schema>;

/** @throws ZodError when the item is not an entry. */
export const fromClearingItem = (item: Item): ClearingEntry => schema.parse(item);

export type Span = { readonly from: EpochMs; readonly until: EpochMs };

/** The first sequence number posted at `from` or later; about 20 reads for a million entries. */
async function firstSince(
  table: Table,
  { account, currency }: Chain,
  newest: number,
  from: EpochMs,
): Promise<number> {
  let low = 1;
  let high = newest;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const item = await table.get(keys.entry(account, currency, middle), { consistent: false });
    if (item === undefined) throw new Error(`the chain ${account} ${currency} has no entry ${middle}`);
    if (fromClearingItem(item).at >= from) high = middle;
    else low = middle + 1;
  }
  return low;
}

const PAGE = 1000;

/** Page by page, in order. @throws Error when the chain has a gap where it looks. */
export async function* clearingEntries(
  table: Table,
  chain: Chain,
  { from, until }: Span,
): AsyncGenerator<readonly ClearingEntry[], void, void> {
  const partition = chainPartition(chain.account, chain.currency);
  const head = await table.query({ partition, newestFirst: true, limit: 1 });
  const [newest] = head.items.map(fromClearingItem);
  if (newest === undefined || newest.at < from) return;
  const first = await firstSince(table, chain, newest.sequence, from);
  let after: Item | undefined;
  do {
    const page = await table.query({
      partition,
      sort: "#sk >= :first",
      values: { ":first": keys.entry(chain.account, chain.currency, first).sk },
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    const entries = page.items.map(fromClearingItem);
    const inSpan = entries.filter(({ at }) => at < until);
    if (inSpan.length > 0) yield inSpan;
    // What is later than the span ends the reading.
    after = inSpan.length === entries.length ? page.lastKey : undefined;
  } while (after !== undefined);
}
