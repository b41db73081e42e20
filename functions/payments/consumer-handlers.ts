/** The events this area follows, each with its handler. */
import type { EventHandlers } from "../../shared/events/consume.ts";
import type { EventsFor } from "../../shared/events/subscriptions.ts";
import type { PaymentDeps } from "./deps.ts";
import { onCallbackReceived } from "./on-callback-received.ts";
import { onPaymentSubmitted } from "./on-payment-submitted.ts";

export const paymentsEventHandlers = (deps: PaymentDeps): EventHandlers<EventsFor<"payments">> => ({
  "callback.received": onCallbackReceived(deps),
  "payment.submitted": onPaymentSubmitted(deps),
});
