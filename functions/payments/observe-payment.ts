/** What a payment's end teaches about its channel: kept as sums, for quotes. */
import type { EventHandler } from "../../shared/events/consume.ts";
import { type ChannelPayment, isChannelPayment } from "../../shared/payments/payment.ts";
import { SECOND } from "../../shared/platform/clock.ts";
import { type Distance, distanceBetween } from "../../shared/routing/distance.ts";
import type { Observation } from "../../shared/routing/observed.ts";
import type { Observations } from "../../shared/routing/store.ts";
import type { PaymentDeps } from "./deps.ts";
import type { RoutingVariables } from "./routing-variables.ts";

export type ObserveDeps = Pick<PaymentDeps, "payments"> & {
  readonly observations: Observations;
  readonly routing: RoutingVariables;
};

/** A payer who changed their mind says nothing about the channel; one who let it expire may have met a dead end. */
export function lessonOf({
  status,
  createdAt,
  updatedAt,
}: Pick<ChannelPayment, "status" | "createdAt" | "updatedAt">): Partial<Observation> | undefined {
  switch (status) {
    case "succeeded":
      return {
        ended: 1,
        settled: 1,
        settleSeconds: Math.max(0, Math.round((updatedAt - createdAt) / SECOND)),
      };
    case "failed":
    case "expired":
      return { ended: 1, failed: 1 };
    default:
      return undefined;
  }
}

function distanceOf({ channel, country }: ChannelPayment, { fees }: RoutingVariables): Distance {
  const home = fees[channel]?.country;
  return country === undefined || home === undefined ? "same-region" : distanceBetween(country, home);
}

/**
 * Counts a payment's end once, whichever event tells of it first.
 * @throws Error when the observation met others: the queue tries again.
 */
export async function observeEnd(
  { payments, observations, routing }: ObserveDeps,
  paymentId: string,
): Promise<void> {
  const payment = await payments.get(paymentId);
  if (payment === undefined || !isChannelPayment(payment)) return;
  const adds = lessonOf(payment);
  if (adds === undefined) return;
  const { id, channel, updatedAt } = payment;
  const distance = distanceOf(payment, routing);
  await observations.add({ mark: id, channel, distance, at: updatedAt, adds });
}

/** Money came, or will not come any more. */
export const onPaymentEnded =
  (deps: ObserveDeps): EventHandler<"payment.settled" | "payment.failed"> =>
  ({ data }) =>
    observeEnd(deps, data.paymentId);

/** That a payment was contested counts; how that ends is another matter. */
export const onPaymentDisputed =
  ({ payments, observations, routing }: ObserveDeps): EventHandler<"payment.disputed"> =>
  async ({ at, data }) => {
    const payment = await payments.get(data.paymentId);
    if (payment === undefined || !isChannelPayment(payment)) return;
    const distance = distanceOf(payment, routing);
    const { channel } = payment;
    await observations.add({ mark: data.disputeId, channel, distance, at, adds: { disputed: 1 } });
  };
