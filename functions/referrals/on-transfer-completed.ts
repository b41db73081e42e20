/** A person paid another: it may qualify the payer. */
import type { EventHandler } from "../../shared/events/consume.ts";
import { type QualifyDeps, qualify } from "./qualify.ts";

export const onTransferCompleted =
  (deps: QualifyDeps): EventHandler<"transfer.completed"> =>
  (event, log) =>
    qualify(deps, { person: event.data.payer, amount: event.data.amount }, event, log);
