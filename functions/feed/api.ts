/** Lambda entry of the feed routes. */
import { serve } from "../../shared/http/serve.ts";
import { createRelations } from "../../shared/people/relations.ts";
import { readConfig } from "../../shared/platform/config.ts";
import { userArea, userAreaConfig } from "../../shared/wiring/user-area.ts";
import { feedRoutes } from "./contract.ts";
import { feedHandlers } from "./handlers.ts";

const area = userArea(readConfig(userAreaConfig, process.env));

export const handler = serve(feedRoutes, feedHandlers({ ...area, relations: createRelations(area) }), area);
