/** Lambda entry of the queue of runs: one at a time, as each may take minutes. */
import { consumeEvents } from "../../shared/events/consume.ts";
import { readConfig } from "../../shared/platform/config.ts";
import { storage } from "../../shared/wiring/storage.ts";
import { reconciliationEvents } from "./event-handlers.ts";
import { reconciliationConfig, reconciliationDeps } from "./wiring.ts";

const config = readConfig(reconciliationConfig, process.env);
const base = storage(config);

export const handler = consumeEvents(reconciliationEvents(reconciliationDeps(base, config)), base.platform);
