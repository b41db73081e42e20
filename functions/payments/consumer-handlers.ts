/** The events this area follows, each with its handler. */
import type { EventHandlers } from "../../shared/events/consume.ts";
import type { EventsFor } from "../../shared/events/subscriptions.ts";
import type { PaymentDeps } from "./deps.ts";
import { type ObserveDeps, onPaymentDisputed, onPaymentEnded } from "./observe-payment.ts";
import { onCallbackReceived } from "./on-callback-received.ts";
import { onPaymentSubmitted } from "./on-payment-submitted.ts";

export const paymentsEventHandlers = (
  deps: PaymentDeps & ObserveDeps,
): EventHandlers<EventsFor<"payments">> => ({
  "callback.received": onCallbackReceived(deps),
  "payment.submitted": onPaymentSubmitted(deps),
  "payment.settled": onPaymentEnded(deps),
  "payment.failed": onPaymentEnded(deps),
  "payment.disputed": onPaymentDisputed(deps),
});
