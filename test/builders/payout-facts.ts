/** A withdrawal and what a channel says about it, for tests of the pure rules. */
import type { PayoutFactLine } from "../../shared/payouts/fact.ts";
import { type EndedPayout, type OpenPayout, payoutHoldId } from "../../shared/payouts/payout.ts";
import { DAY, MINUTE } from "../../shared/platform/clock.ts";
import { derivedId } from "../../shared/platform/ids.ts";
import { pii } from "../../shared/platform/redacted.ts";
import { START } from "./payment-facts.ts";
import { usd } from "./usd.ts";

export const payoutId = derivedId("payout", "w");

/** A withdrawal of 5.00 USD that was just made. */
export const aPayout = (rest: Partial<OpenPayout> = {}): OpenPayout => ({
  id: payoutId,
  status: "created",
  owner: derivedId("account", "ada"),
  amount: usd(5_00),
  channel: "paypal",
  recipient: pii({ type: "paypal_email", email: "ada@example.com" }),
  holdId: payoutHoldId(payoutId),
  actionUntil: START + DAY,
  observedAt: 0,
  nextCheckAt: START + MINUTE,
  createdAt: START,
  updatedAt: START,
  fingerprint: "f",
  correlationId: "c",
  version: 1,
  ...rest,
});

export const anEndedPayout = (status: EndedPayout["status"]): EndedPayout => {
  const { nextCheckAt: _, ...rest } = aPayout();
  return { ...rest, channelPayoutId: "po_1", status };
};

export type ObservedPayout = Extract<PayoutFactLine, { readonly type: "observed" }>;

/** What its channel answers a minute later: it is on its way. */
export const aPayoutFact = (rest: Partial<ObservedPayout> = {}): ObservedPayout => ({
  type: "observed",
  source: "query",
  channelPayoutId: "po_1",
  status: "processing",
  rawStatus: "PENDING",
  amount: { value: 5_00, currency: "USD" },
  observedAt: START + MINUTE,
  occurredAt: START,
  ...rest,
});
