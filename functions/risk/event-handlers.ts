/** The area's events with what it learns from each. */
import type { EventHandlers } from "../../shared/events/consume.ts";
import type { EventsFor } from "../../shared/events/subscriptions.ts";
import { type RiskDeps, watchPerson } from "./watch-person.ts";

export const riskEvents = (deps: RiskDeps): EventHandlers<EventsFor<"risk">> => ({
  async "transfer.completed"({ id: eventId, at, correlationId, data }, log) {
    const { payer, payee, amount } = data;
    const context = { correlationId, log };
    await watchPerson(deps, payer, { eventId, at, kind: "out", amount, payee }, context);
    await watchPerson(deps, payee, { eventId, at, kind: "in", amount }, context);
  },
  async "payment.succeeded"({ id: eventId, at, correlationId, data }, log) {
    const { owner, amount } = data;
    await watchPerson(deps, owner, { eventId, at, kind: "in", amount }, { correlationId, log });
  },
  async "payment.failed"({ id: eventId, at, correlationId, data }, log) {
    const { owner, amount, status } = data;
    // Who changed their mind or forgot about it is trying no cards.
    if (status !== "failed") return;
    await watchPerson(deps, owner, { eventId, at, kind: "failed", amount }, { correlationId, log });
  },
});
