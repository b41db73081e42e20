/** What paying a person costs. */
import { transfersRoutes } from "../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../functions/transfers/handlers.ts";
import { createWorld, usd } from "../../test/builders/world.ts";
import type { ActionSet } from "./action-set.ts";

export const transfersActions: ActionSet = async ({ route }) => {
  const world = await createWorld();
  const of = {
    world,
    name: "transfers",
    routes: transfersRoutes,
    area: world.area(transfersRoutes, transfersHandlers(world)),
  } as const;
  await world.person("ada", { funds: usd(100_00) });
  const ben = await world.person("ben", { funds: usd(1) });
  const cleo = await world.person("cleo");
  const handle = (await world.accounts.get(ben))?.handle;
  const pay = (payee: object, key: string) => ({
    as: "ada",
    key,
    body: { payee, amount: usd(12_50), note: "dinner", audience: "friends" },
  });

  const paid = await route(of, "createTransfer", pay({ id: ben }, "first"), {
    scene: "payee by id, both have held the currency before",
  });
  await route(of, "createTransfer", pay({ handle }, "second"), {
    variant: "by handle",
    scene: "payee by handle",
  });
  await route(of, "createTransfer", pay({ id: cleo }, "third"), {
    variant: "first in a currency",
    scene: "the payee's first money in the currency",
  });
  await route(of, "createTransfer", pay({ id: ben }, "first"), {
    variant: "replay",
    scene: "the same key and body again",
  });
  await route(of, "getTransfer", { as: "ada", params: { id: paid.body.id } }, { scene: "a party of it" });
  world.close();
};
