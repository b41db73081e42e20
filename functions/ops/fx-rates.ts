/** The rates of exchange: ops sets them, each set is kept with who set it. A write unit; a read unit. */
import { isDeepStrictEqual } from "node:util";
import type * as z from "zod";
import { addRates, areCurrent, currentRates, type SetRates } from "../../shared/fx/rates-store.ts";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { isCurrency } from "../../shared/money/currencies.ts";
import { type EpochMs, toTimestamp } from "../../shared/platform/clock.ts";
import type { fxRatesView, opsRoutes } from "./contract.ts";
import type { OpsDeps } from "./deps.ts";

type Deps = Pick<OpsDeps, "table" | "platform" | "currencies">;

const toView = ({ asOf, ...rates }: SetRates, now: EpochMs): z.input<typeof fxRatesView> => ({
  ...rates,
  rates: { ...rates.rates },
  asOf: toTimestamp(asOf),
  current: areCurrent({ ...rates, asOf }, now),
});

/** Only currencies that this stage handles: money in another could come in and never leave. */
export const putFxRates =
  ({ table, platform, currencies }: Deps): RouteHandler<typeof opsRoutes.putFxRates> =>
  async ({ body, caller }) => {
    const foreign = [body.base, ...Object.keys(body.rates).filter(isCurrency)].filter(
      (currency) => !currencies.includes(currency),
    );
    if (foreign.length > 0)
      return problem("currency-not-supported", { detail: `Not handled here: ${foreign.join(", ")}.` });
    const now = platform.clock.now();
    const rates: SetRates = { ...body, asOf: now, setBy: caller.accountId };
    const there = await addRates(table, rates);
    if (there !== undefined && !isDeepStrictEqual(there, rates))
      return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
    platform.log.info("fx-rates-set", { setBy: caller.accountId, base: body.base });
    return { body: toView(rates, now) };
  };

export const getFxRates =
  ({ table, platform }: Deps): RouteHandler<typeof opsRoutes.getFxRates> =>
  async () => {
    const rates = await currentRates(table);
    return rates === undefined
      ? problem("not-found", { detail: "No rates were ever set." })
      : { body: toView(rates, platform.clock.now()) };
  };
