/** Disputes. @see https://developer.paypal.com/docs/api/customer-disputes/v1/ */
import { json, type WireAnswer } from "../wire.ts";
import { notFound } from "./errors.ts";
import { disputeEvent } from "./events.ts";
import type { Capture, Dispute, PayPalWorld } from "./state.ts";
import { disputeView } from "./views.ts";

/** `GET /v1/customer/disputes/{id}` */
export function showDispute(world: PayPalWorld, id: string): WireAnswer {
  const dispute = world.kit.state.disputes.get(id);
  if (dispute === undefined) throw notFound();
  return json(200, disputeView(world, dispute));
}

/** The payer claims the money back: PayPal takes it at once. */
export function openDispute(world: PayPalWorld, capture: Capture): void {
  const { kit } = world;
  const dispute: Dispute = {
    id: `PP-D-${kit.ids.digits(6)}`,
    orderId: capture.orderId,
    captureId: capture.id,
    value: capture.value,
    currency: capture.currency,
    createdAt: kit.now(),
    updatedAt: kit.now(),
  };
  kit.state.disputes.set(dispute.id, dispute);
  disputeEvent(world, "CUSTOMER.DISPUTE.CREATED", dispute);
}

/** PayPal decides. */
export function resolve(
  world: PayPalWorld,
  dispute: Dispute,
  outcome: NonNullable<Dispute["outcome"]>,
): void {
  dispute.outcome = outcome;
  dispute.updatedAt = world.kit.now();
  disputeEvent(world, "CUSTOMER.DISPUTE.RESOLVED", dispute);
}
