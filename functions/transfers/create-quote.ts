/**
 * Quotes an exchange of currencies at the rates in force, and keeps the quote for who asked. A read unit for the rates
 * and a write unit for the quote.
 */
import { buyFor, type Exchange, type FxRefusal, sellFor } from "../../shared/fx/rates.ts";
import { areCurrent, currentRates } from "../../shared/fx/rates-store.ts";
import { fingerprintOf, idempotentId, keyReused } from "../../shared/http/idempotency.ts";
import { type Problem, problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import { keys } from "../../shared/table/keys.ts";
import { NOT_EXISTS, type Table } from "../../shared/table/table.ts";
import { transfersRoutes } from "./contract.ts";
import { fromQuoteItem, QUOTE_VALID_MS, type Quote, toQuoteItem, toQuoteView } from "./quote.ts";

const route = transfersRoutes.createQuote;

function refusalOf({ code }: FxRefusal): Problem {
  switch (code) {
    case "no-rate":
      return problem("currency-not-supported", { detail: "There is no rate between these currencies." });
    case "amount-too-small":
      return problem("amount-not-supported", { detail: "The amount buys less than the smallest unit." });
    case "amount-too-large":
      return problem("amount-not-supported", { detail: "The amount is too large to exchange at once." });
  }
}

export const createQuote =
  ({
    table,
    platform,
  }: {
    readonly table: Table;
    readonly platform: Pick<Platform, "clock">;
  }): RouteHandler<typeof route> =>
  async ({ body, caller, idempotencyKey }) => {
    const quoteId = idempotentId("quote", caller.accountId, route, idempotencyKey);
    const fingerprint = fingerprintOf(body);

    /** The quote of the key's first use, expired or used though it may be. */
    const existing = async () => {
      const item = await table.get(keys.quote(quoteId));
      if (item === undefined) return undefined;
      const quote = fromQuoteItem(item);
      return quote.fingerprint === fingerprint ? { body: toQuoteView(quote), replayed: true } : keyReused();
    };

    const now = platform.clock.now();
    const rates = await currentRates(table);
    if (rates === undefined || !areCurrent(rates, now))
      return (await existing()) ?? problem("rate-unavailable", { retryAfterSeconds: 60 });
    const exchange =
      body.amount.currency === body.from
        ? buyFor(rates, body.amount, body.to)
        : sellFor(rates, body.from, body.amount);
    if (!exchange.ok) return (await existing()) ?? refusalOf(exchange.error);

    const { sell, buy, rate }: Exchange = exchange.value;
    const quote: Quote = {
      quoteId,
      owner: caller.accountId,
      sell,
      buy,
      rate,
      ratesAsOf: rates.asOf,
      createdAt: now,
      validUntil: now + QUOTE_VALID_MS,
      fingerprint,
    };
    if (await table.put({ put: toQuoteItem(quote), condition: NOT_EXISTS }))
      return { body: toQuoteView(quote) };
    return (await existing()) ?? problem("temporarily-unavailable", { retryAfterSeconds: 1 });
  };
