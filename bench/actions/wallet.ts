/** What looking at a wallet costs. */
import { walletRoutes } from "../../functions/wallet/contract.ts";
import { walletHandlers } from "../../functions/wallet/handlers.ts";
import { createWorld, usd } from "../../test/builders/world.ts";
import type { ActionSet } from "./action-set.ts";

const ENTRIES = 100;

export const walletActions: ActionSet = async ({ route }) => {
  const world = await createWorld();
  const of = {
    world,
    name: "wallet",
    routes: walletRoutes,
    area: world.area(walletRoutes, walletHandlers(world)),
  } as const;
  const ada = await world.person("ada");
  for (let entry = 0; entry < ENTRIES; entry += 1) await world.fund(ada, usd(100));

  await route(of, "getWallet", { as: "ada" }, { scene: "one currency" });
  await route(
    of,
    "listEntries",
    { as: "ada", query: { currency: "USD" } },
    { scene: "a page of 25 entries" },
  );
  await route(of, "getStatement", { as: "ada", query: { currency: "USD" } }, { scene: `${ENTRIES} entries` });
  world.close();
};
