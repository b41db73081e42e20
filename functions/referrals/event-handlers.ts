/** The area's events with what it does on each. */
import type { EventHandlers } from "../../shared/events/consume.ts";
import type { EventsFor } from "../../shared/events/subscriptions.ts";
import { onPaymentSucceeded } from "./on-payment-succeeded.ts";
import { type OnReferralClaimedDeps, onReferralClaimed } from "./on-referral-claimed.ts";
import { onTransferCompleted } from "./on-transfer-completed.ts";

export const referralsEvents = (deps: OnReferralClaimedDeps): EventHandlers<EventsFor<"referrals">> => ({
  "payment.succeeded": onPaymentSucceeded(deps),
  "transfer.completed": onTransferCompleted(deps),
  "referral.claimed": onReferralClaimed(deps),
});
