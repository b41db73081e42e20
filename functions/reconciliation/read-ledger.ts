/** A channel's clearing accounts of one day, read into the compact index. */
import { clearingAccounts } from "../../shared/ledger/account.ts";
import type { Chain } from "../../shared/ledger/entry.ts";
import { currencyCodes } from "../../shared/money/currencies.ts";
import {
  clearingEntries,
  fromClearingItem,
  type Span,
} from "../../shared/reconciliation/clearing-entries.ts";
import { createEntryIndex, type EntryIndex, type Place } from "../../shared/reconciliation/entry-index.ts";
import { type Subject, subjectOfEntry } from "../../shared/reconciliation/subject.ts";
import { keys } from "../../shared/table/keys.ts";
import type { ReconciliationDeps } from "./deps.ts";

/** What the provider owes us grows by what is taken from its clearing account. */
const owed = (available: number): number => 0 - available;

/** An entry without a line, as it is in the ledger. */
export type UnstatedEntry = {
  readonly subject: Subject;
  readonly transferId: string;
  /** Signed as lines are. */
  readonly value: number;
  readonly currency: Chain["currency"];
};

export type LedgerDay = {
  readonly index: EntryIndex;
  /** By currency, signed as lines are. */
  readonly totals: ReadonlyMap<string, number>;
  /** Entries that are still without a line, read again in batches. */
  readonly unstated: () => AsyncGenerator<readonly UnstatedEntry[], void, void>;
};

const BATCH = 100;

/**
 * Every chain there can be: one a shard and currency. Costs one read a chain that was never used, and half a read unit
 * for each 4 KiB of a day's entries.
 * Reconciliation's own entries are left out.
 */
export async function readLedgerDay(
  { table, clearingShards }: ReconciliationDeps,
  channel: string,
  span: Span,
): Promise<LedgerDay> {
  const index = createEntryIndex();
  const totals = new Map<string, number>();
  const chains: Chain[] = clearingAccounts(channel, clearingShards).flatMap((account) =>
    currencyCodes.map((currency) => ({ account, currency })),
  );
  for (const [number, chain] of chains.entries()) {
    for await (const page of clearingEntries(table, chain, span)) {
      for (const entry of page) {
        const subject = subjectOfEntry(entry);
        if (subject.kind === "own") continue;
        const value = owed(entry.amount.available);
        index.add(subject, { value, currency: chain.currency, chain: number, sequence: entry.sequence });
        totals.set(chain.currency, (totals.get(chain.currency) ?? 0) + value);
      }
    }
  }

  async function readBatch(places: readonly Place[]): Promise<readonly UnstatedEntry[]> {
    const known = places.map((place) => ({ place, chain: chains[place.chain] }));
    const wanted = known.flatMap(({ place, chain }) => (chain === undefined ? [] : [{ ...chain, ...place }]));
    const items = await table.getMany(
      wanted.map(({ account, currency, sequence }) => keys.entry(account, currency, sequence)),
    );
    return items.flatMap((item, at) => {
      const currency = wanted[at]?.currency;
      if (item === undefined || currency === undefined) return [];
      const entry = fromClearingItem(item);
      const value = owed(entry.amount.available);
      return [{ subject: subjectOfEntry(entry), transferId: entry.transferId, value, currency }];
    });
  }

  return {
    index,
    totals,
    async *unstated() {
      let places: Place[] = [];
      for (const place of index.unstated()) {
        places.push(place);
        if (places.length === BATCH) {
          yield await readBatch(places);
          places = [];
        }
      }
      if (places.length > 0) yield await readBatch(places);
    },
  };
}
