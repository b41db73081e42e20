/** A payment became known at its channel: callbacks that came before can be followed up now. */
import type { EventHandler } from "../../shared/events/consume.ts";
import type { PaymentDeps } from "./deps.ts";
import { retryWaiting } from "./follow-callback.ts";
import { type ObserveDeps, observeEnd } from "./observe-payment.ts";
import { waitingFor } from "./waiting.ts";

export const onPaymentSubmitted =
  (deps: PaymentDeps & ObserveDeps): EventHandler<"payment.submitted"> =>
  async ({ data }, log) => {
    const waiting = await Promise.all([
      waitingFor(deps.table, data.paymentId),
      waitingFor(deps.table, data.channelPaymentId),
    ]);
    for (const record of waiting.flat()) {
      if (record.channel === data.channel) await retryWaiting(deps, record, log);
    }
    // Some payments are known and paid in one answer: no other event tells of their end.
    await observeEnd(deps, data.paymentId);
  };
