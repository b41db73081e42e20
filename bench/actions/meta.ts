/** What asking the service about itself costs. */
import { areas } from "../../functions/areas.ts";
import { metaRoutes } from "../../functions/meta/contract.ts";
import { metaHandlers } from "../../functions/meta/handlers.ts";
import { createWorld } from "../../test/builders/world.ts";
import type { ActionSet } from "./action-set.ts";

export const metaActions: ActionSet = async ({ route }) => {
  const world = await createWorld();
  const area = world.area(metaRoutes, metaHandlers({ stage: "bench", areas }));
  const of = { world, name: "meta", routes: metaRoutes, area } as const;
  await route(of, "getHealth", {}, { scene: "touches no table" });
  await route(of, "getOpenApi", {}, { scene: "touches no table" });
  world.close();
};
