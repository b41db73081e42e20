/** Lambda entry of the friends routes. */
import { serve } from "../../shared/http/serve.ts";
import { createRelations } from "../../shared/people/relations.ts";
import { readConfig } from "../../shared/platform/config.ts";
import { userArea, userAreaConfig } from "../../shared/wiring/user-area.ts";
import { friendsRoutes } from "./contract.ts";
import { friendsHandlers } from "./handlers.ts";

const area = userArea(readConfig(userAreaConfig, process.env));

export const handler = serve(
  friendsRoutes,
  friendsHandlers({ accounts: area.accounts, relations: createRelations(area) }),
  area,
);
