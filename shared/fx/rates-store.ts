/** The rates in force, and every set of rates there was: setting new ones adds to the history. */
import * as z from "zod";
import { accountIdSchema } from "../http/schemas.ts";
import { DAY, type EpochMs } from "../platform/clock.ts";
import type { AccountId } from "../platform/ids.ts";
import { fxRatesPartition, keys } from "../table/keys.ts";
import { type Item, NOT_EXISTS, type Table } from "../table/table.ts";
import { type Rates, ratesSchema } from "./rates.ts";

/** Rates as they are kept, with the member of ops who set them. */
export type SetRates = Rates & { readonly setBy: AccountId };

const schema = ratesSchema.extend({ asOf: z.int(), setBy: accountIdSchema }).strip();

/** @throws ZodError when the item does not hold rates. */
export const fromRatesItem = (item: Item): SetRates => schema.parse(item);

/** The newest rates: one read unit. */
export async function currentRates(table: Pick<Table, "query">): Promise<SetRates | undefined> {
  const page = await table.query({
    partition: fxRatesPartition,
    newestFirst: true,
    limit: 1,
    consistent: true,
  });
  const [newest] = page.items;
  return newest === undefined ? undefined : fromRatesItem(newest);
}

/**
 * Adds rates to the history, which is never written over. A write unit.
 * @returns the rates that the same person set in this very millisecond, if they did: these, sent twice, or others
 */
export async function addRates(
  table: Pick<Table, "put" | "get">,
  rates: SetRates,
): Promise<SetRates | undefined> {
  const key = keys.fxRates(rates.asOf, rates.setBy);
  if (await table.put({ put: { ...key, ...rates }, condition: NOT_EXISTS })) return undefined;
  const there = await table.get(key);
  return there === undefined ? undefined : fromRatesItem(there);
}

/** Nobody exchanges at rates that are older than this. */
export const RATES_GOOD_FOR_MS = DAY;

export const areCurrent = ({ asOf }: Rates, now: EpochMs): boolean => now - asOf <= RATES_GOOD_FOR_MS;
