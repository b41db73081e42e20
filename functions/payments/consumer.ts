/** Lambda entry of the queue of events that payments follow. */
import { consumeEvents } from "../../shared/events/consume.ts";
import { readConfig } from "../../shared/platform/config.ts";
import { createObservations } from "../../shared/routing/store.ts";
import { storage } from "../../shared/wiring/storage.ts";
import { paymentsEventHandlers } from "./consumer-handlers.ts";
import { routingConfig } from "./routing-variables.ts";
import { paymentDeps, paymentsConfig } from "./wiring.ts";

const config = readConfig(paymentsConfig.extend(routingConfig), process.env);
const base = storage(config);

export const handler = consumeEvents(
  paymentsEventHandlers({
    ...paymentDeps(base, config),
    observations: createObservations(base),
    routing: config.ROUTING,
  }),
  base.platform,
);
