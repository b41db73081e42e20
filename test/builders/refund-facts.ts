/** A refund through a channel and what the channel says about it, for tests of the pure rules. */
import {
  type ChannelRefund,
  type OpenRefund,
  type RefundFactLine,
  refundHoldId,
} from "../../shared/payments/refund.ts";
import { derivedId } from "../../shared/platform/ids.ts";
import { paymentId, START } from "./payment-facts.ts";
import { usd } from "./usd.ts";

export const refundId = derivedId("refund", "r");

const opened: OpenRefund = {
  id: refundId,
  paymentId,
  owner: derivedId("account", "ada"),
  from: derivedId("account", "ben"),
  to: "channel",
  status: "created",
  amount: usd(5_00),
  channel: "stripe",
  holdId: refundHoldId(refundId),
  refundedBefore: 0,
  observedAt: 0,
  nextCheckAt: START,
  createdAt: START,
  updatedAt: START,
  fingerprint: "f",
  correlationId: "c",
  version: 1,
};

/** A refund of 5.00 USD by Ben to Ada that was just made. */
export const aRefund = (rest: Partial<OpenRefund> = {}): ChannelRefund => ({ ...opened, ...rest });

/** What its channel answers. */
export const aRefundFact = (
  status: "processing" | "succeeded" | "failed" | "needs_attention",
  at = START + 1,
  value = 5_00,
): RefundFactLine => ({
  type: "observed",
  channelRefundId: "re_1",
  status,
  rawStatus: status,
  amount: { value, currency: "USD" },
  observedAt: at,
  occurredAt: at,
});
