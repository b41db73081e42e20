/** What Stripe can do, as data. */
import { DAY, HOUR } from "../../platform/clock.ts";
import type { ChannelCapabilities } from "../capabilities.ts";
import { chargeRanges, transferRanges } from "./ranges.ts";

export const stripeCapabilities: ChannelCapabilities = {
  currencies: chargeRanges,
  capture: "automatic",
  // A PaymentIntent never expires by itself: whoever sets a deadline has to close it.
  expiry: { kind: "none" },
  close: "yes",
  // @see https://docs.stripe.com/api/idempotent_requests: keys are kept for at least 24 hours.
  idempotencyWindowMs: DAY,
  refunds: {
    supported: true,
    partial: true,
    // Stripe sets neither a number nor one window for all payment methods: these are ours. A repeated refund is
    // looked for among one page of a payment's refunds.
    maxCount: 100,
    windowMs: 180 * DAY,
    minIntervalMs: 0,
    mayFailAfterSuccess: true,
  },
  payouts: {
    supported: true,
    currencies: transferRanges,
    mayNeedAction: false,
    actionWindowMs: 0,
    // A transfer to a connected account can be reversed; that has no time limit, and is ours to do.
    returnsWithinMs: 30 * DAY,
    cancel: false,
  },
  disputes: true,
  statement: {
    kind: "pages",
    utcOffsetMinutes: 0,
    readyAfterMs: HOUR,
    converts: true,
    // What Stripe calls payouts goes to our bank, and may come back.
    settlements: ["payout", "payout_cancel", "payout_failure"],
  },
};
