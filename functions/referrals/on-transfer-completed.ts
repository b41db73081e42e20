/** A person paid another: it may qualify the payer, by what left their own wallet. */
import type { EventHandler } from "../../shared/events/consume.ts";
import { type QualifyDeps, qualify } from "./qualify.ts";

export const onTransferCompleted =
  (deps: QualifyDeps): EventHandler<"transfer.completed"> =>
  (event, log) =>
    qualify(deps, { person: event.data.payer, amount: event.data.paid ?? event.data.amount }, event, log);
