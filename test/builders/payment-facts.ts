/** A payment and what a channel says about it, for tests of the pure rules. */
import type { ObservedFact } from "../../shared/payments/fact.ts";
import type { FinalPayment, OpenPayment } from "../../shared/payments/payment.ts";
import { DAY, MINUTE, SECOND } from "../../shared/platform/clock.ts";
import { derivedId } from "../../shared/platform/ids.ts";
import { usd } from "./usd.ts";

export const START = Date.parse("2026-11-22T12:00:00Z");
export const paymentId = derivedId("payment", "p");

/** A top-up. */
export type OpenTopUp = OpenPayment & { readonly kind: "top-up" };
export type FinalTopUp = FinalPayment & { readonly kind: "top-up" };

/** A top-up of 12.50 USD that was just made. */
export const aPayment = (rest: Partial<OpenTopUp> = {}): OpenTopUp => ({
  id: paymentId,
  kind: "top-up",
  status: "created",
  owner: derivedId("account", "ada"),
  amount: usd(12_50),
  channel: "stripe",
  payer: {},
  refunded: 0,
  refundedToChannel: 0,
  channelRefunds: 0,
  observedAt: 0,
  nextCheckAt: START + 30 * SECOND,
  createdAt: START,
  updatedAt: START,
  expiresAt: START + DAY,
  fingerprint: "f",
  correlationId: "c",
  version: 1,
  ...rest,
});

/** What its channel answers a minute later: it waits for the payer. */
export const anObservation = (rest: Partial<ObservedFact> = {}): ObservedFact => ({
  type: "observed",
  source: "query",
  channelPaymentId: "pi_1",
  paymentId,
  status: "requires_action",
  rawStatus: "requires_payment_method",
  amount: { value: 12_50, currency: "USD" },
  observedAt: START + MINUTE,
  occurredAt: START,
  ...rest,
});
