/** A top-up reached the wallet: it may qualify its owner. */
import type { EventHandler } from "../../shared/events/consume.ts";
import { type QualifyDeps, qualify } from "./qualify.ts";

export const onPaymentSucceeded =
  (deps: QualifyDeps): EventHandler<"payment.succeeded"> =>
  (event, log) =>
    qualify(deps, { person: event.data.owner, amount: event.data.amount }, event, log);
