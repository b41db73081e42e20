/**
 * A quote: both amounts of an exchange of currencies, which its owner can use once within a minute. Using it is part
 * of the transaction that moves the money.
 */
import * as z from "zod";
import type { Exchange } from "../../shared/fx/rates.ts";
import type { Caller } from "../../shared/http/caller.ts";
import { type Problem, problem } from "../../shared/http/problems.ts";
import { accountIdSchema, moneySchema, quoteIdSchema, transferIdSchema } from "../../shared/http/schemas.ts";
import { equals, type Money } from "../../shared/money/money.ts";
import { DAY, type EpochMs, MINUTE, toEpochSeconds, toTimestamp } from "../../shared/platform/clock.ts";
import type { AccountId, QuoteId, TransferId } from "../../shared/platform/ids.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import { keys } from "../../shared/table/keys.ts";
import type { Item, Table, UpdateOperation, WriteOperation } from "../../shared/table/table.ts";
import type { quoteView } from "./contract.ts";

export type Quote = Exchange & {
  readonly quoteId: QuoteId;
  readonly owner: AccountId;
  /** Of the rates it was made from. */
  readonly ratesAsOf: EpochMs;
  readonly createdAt: EpochMs;
  readonly validUntil: EpochMs;
  readonly usedBy?: TransferId;
  /** Of the request that made it. */
  readonly fingerprint: string;
};

/** How long a quote holds. */
export const QUOTE_VALID_MS = MINUTE;
/** How long it is kept, and its idempotency key with it: the transfer that used it holds its amounts for ever. */
const KEEP_MS = 7 * DAY;

const schema = z.object({
  quoteId: quoteIdSchema,
  owner: accountIdSchema,
  sell: moneySchema,
  buy: moneySchema,
  rate: z.string(),
  ratesAsOf: z.int(),
  createdAt: z.int(),
  validUntil: z.int(),
  usedBy: transferIdSchema.optional(),
  fingerprint: z.string(),
});

/** @throws ZodError when the item is not a quote. */
export function fromQuoteItem(item: Item): Quote {
  const { usedBy, ...rest } = schema.parse(item);
  return { ...rest, ...(usedBy === undefined ? {} : { usedBy }) };
}

export const toQuoteItem = (quote: Quote): Item => ({
  ...keys.quote(quote.quoteId),
  ...quote,
  expiresAt: toEpochSeconds(quote.createdAt + KEEP_MS),
});

export const toQuoteView = ({ quoteId, sell, buy, rate, validUntil }: Quote): z.input<typeof quoteView> => ({
  id: quoteId,
  sell,
  buy,
  rate,
  expiresAt: toTimestamp(validUntil),
});

/** One answer for every reason, so that nobody learns of others' quotes: in each case a new quote is the way on. */
export const quoteNotValid = (): Problem =>
  problem("quote-not-valid", {
    detail: "It is used or expired, is for another amount, or there is none. Get a new quote.",
  });

type Use = { readonly caller: Caller; readonly transferId: TransferId; readonly amount: Money };

/** Marks the quote as used, if it still can be. */
const useOf = ({ quoteId, owner }: Quote, transferId: TransferId, now: EpochMs): UpdateOperation => ({
  update: keys.quote(quoteId),
  set: "SET #usedBy = :transferId",
  condition: "#owner = :owner AND attribute_not_exists(#usedBy) AND #validUntil > :now",
  names: { "#usedBy": "usedBy", "#owner": "owner", "#validUntil": "validUntil" },
  values: { ":transferId": transferId, ":owner": owner, ":now": now },
});

/** What an exchange adds to a transfer; nothing without a quote. */
export type Exchanged = { readonly paid?: Money; readonly also: readonly WriteOperation[] };

/**
 * The exchange by which `amount` is paid. One read unit, and two write units in the transfer's transaction; nothing
 * at all without a quote.
 * @param use `amount` must be what the quote buys
 * @returns `quote-not-valid` for a quote that is unknown, another's, used, expired or for another amount
 */
export async function exchangeBy(
  { table, platform }: { readonly table: Pick<Table, "get">; readonly platform: Pick<Platform, "clock"> },
  quoteId: QuoteId | undefined,
  { caller, transferId, amount }: Use,
): Promise<Exchanged | Problem> {
  if (quoteId === undefined) return { also: [] };
  const item = await table.get(keys.quote(quoteId));
  const quote = item === undefined ? undefined : fromQuoteItem(item);
  const now = platform.clock.now();
  const isValid =
    quote?.owner === caller.accountId &&
    quote.usedBy === undefined &&
    now < quote.validUntil &&
    equals(quote.buy, amount);
  if (quote === undefined || !isValid) return quoteNotValid();
  return { paid: quote.sell, also: [useOf(quote, transferId, now)] };
}
