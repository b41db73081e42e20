/** What follows from the events that reconciliation is sent. */
import type { EventHandlers } from "../../shared/events/consume.ts";
import type { EventsFor } from "../../shared/events/subscriptions.ts";
import type { ReconciliationDeps } from "./deps.ts";
import { reconcile } from "./run.ts";

export const reconciliationEvents = (
  deps: ReconciliationDeps,
): EventHandlers<EventsFor<"reconciliation">> => ({
  "reconciliation.requested": ({ data: { reconciliationId, channel, day } }, log) =>
    reconcile(deps, reconciliationId, log.with({ reconciliationId, channel, day })),
});
