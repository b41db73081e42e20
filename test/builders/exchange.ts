/** What tests of payment requests and exchanges share: the areas, rates, a quote, a request. */
import { opsRoutes } from "../../functions/ops/contract.ts";
import { getFxRates, putFxRates } from "../../functions/ops/fx-rates.ts";
import type { transfersRoutes } from "../../functions/transfers/contract.ts";
import type { Area, Called, CallOptions, World } from "./world.ts";

/** One euro is 1.25 dollars; a percent is kept. */
export const someRates = { base: "EUR", rates: { USD: "1.25", JPY: "160" }, spreadBasisPoints: 100 };

/** The two routes by which ops sets and sees rates, on a stage of three currencies. */
export function ratesArea(world: World) {
  const deps = { ...world, currencies: ["USD", "EUR", "JPY"] as const };
  const routes = { putFxRates: opsRoutes.putFxRates, getFxRates: opsRoutes.getFxRates };
  return world.area(routes, { putFxRates: putFxRates(deps), getFxRates: getFxRates(deps) });
}

type Transfers = Area<typeof transfersRoutes>;

/** @throws Error when it is refused. */
export async function succeeds(
  transfers: Transfers,
  route: keyof typeof transfersRoutes,
  options: CallOptions,
): Promise<Called> {
  const reply = await transfers.call(route, options);
  if (reply.status >= 400) throw new Error(`${route} was refused: ${JSON.stringify(reply.body)}`);
  return reply;
}
