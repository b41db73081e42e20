/** Lambda entry of the feed's queue. */
import { consumeEvents } from "../../shared/events/consume.ts";
import { createRelations } from "../../shared/people/relations.ts";
import { baseConfig, readConfig } from "../../shared/platform/config.ts";
import { storage } from "../../shared/wiring/storage.ts";
import { feedEventHandlers } from "./event-handlers.ts";

const area = storage(readConfig(baseConfig, process.env));

export const handler = consumeEvents(
  feedEventHandlers({ ...area, relations: createRelations(area) }),
  area.platform,
);
