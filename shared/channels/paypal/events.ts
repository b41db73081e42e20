/**
 * Webhook events as pointers: which payment, refund, payout or dispute to ask PayPal about.
 * @see https://developer.paypal.com/api/rest/webhooks/event-names/
 */
import * as z from "zod";
import type { CallbackEvent, CallbackReference, CallbackRejection } from "../callback.ts";
import { fromReference } from "../reference.ts";
import { DisputeId } from "./disputes.ts";
import type { PayPalSettings } from "./settings.ts";
import { lenient, Payee, ResourceId, Text, timeOf } from "./shapes.ts";

const Id = lenient(ResourceId);

/** Everything of any resource that names something. */
const Resource = z.object({
  id: Id,
  order_id: Id,
  custom_id: Text,
  payee: Payee,
  purchase_units: lenient(z.array(z.object({ custom_id: Text, payee: Payee }))),
  supplementary_data: lenient(z.object({ related_ids: lenient(z.object({ order_id: Id })) })),
  links: lenient(z.array(z.object({ rel: Text, href: Text }))),
  payout_batch_id: Id,
  payout_item: lenient(z.object({ sender_item_id: Text })),
  batch_header: lenient(
    z.object({
      payout_batch_id: Id,
      sender_batch_header: lenient(z.object({ sender_batch_id: Text })),
    }),
  ),
  dispute_id: lenient(DisputeId),
  disputed_transactions: lenient(
    z.array(z.object({ seller_transaction_id: Id, seller: lenient(z.object({ merchant_id: Text })) })),
  ),
});

type Resource = z.infer<typeof Resource>;

const Event = z.object({
  id: z.string().regex(/^[0-9A-Za-z_-]{1,128}$/),
  create_time: z.string(),
  event_type: z.string().regex(/^[0-9A-Z._-]{1,128}$/),
  resource: Resource,
});

/** Leaves out what is not known. */
function known(parts: { readonly [name in keyof CallbackReference]: string | undefined }): CallbackReference {
  return Object.fromEntries(Object.entries(parts).filter(([, id]) => id !== undefined));
}

/** The capture that a refund or reversal belongs to: the resource names it by the address "up" alone. */
function captureAbove({ links }: Resource): string | undefined {
  const up = links?.find(({ rel }) => rel === "up")?.href ?? "";
  return /\/v2\/payments\/captures\/([0-9A-Za-z]{1,64})$/.exec(up)?.[1];
}

type Pointer = Pick<CallbackEvent, "kind" | "ref">;

const ignored: Pointer = { kind: "ignored", ref: {} };

const orderPointer = (resource: Resource): Pointer => ({
  kind: "payment",
  ref: known({
    paymentId: fromReference("payment", resource.purchase_units?.[0]?.custom_id),
    channelPaymentId: resource.order_id ?? resource.id,
  }),
});

const capturePointer = (resource: Resource, transactionId: string | undefined): Pointer => ({
  kind: "payment",
  ref: known({
    paymentId: fromReference("payment", resource.custom_id),
    channelPaymentId: resource.supplementary_data?.related_ids?.order_id,
    transactionId,
  }),
});

const refundPointer = (resource: Resource): Pointer => ({
  kind: "refund",
  ref: known({
    refundId: fromReference("refund", resource.custom_id),
    channelRefundId: resource.id,
    transactionId: captureAbove(resource),
  }),
});

const payoutPointer = ({ payout_batch_id, payout_item, batch_header }: Resource): Pointer => ({
  kind: "payout",
  ref: known({
    payoutId: fromReference(
      "payout",
      payout_item?.sender_item_id ?? batch_header?.sender_batch_header?.sender_batch_id,
    ),
    channelPayoutId: payout_batch_id ?? batch_header?.payout_batch_id,
  }),
});

const disputePointer = ({ dispute_id, disputed_transactions }: Resource): Pointer => ({
  kind: "dispute",
  ref: known({
    channelDisputeId: dispute_id,
    transactionId: disputed_transactions?.[0]?.seller_transaction_id,
  }),
});

/** By the event's type; whatever names nothing is ignored. */
function pointerOf(type: string, resource: Resource): Pointer {
  if (type.startsWith("CHECKOUT.")) return orderPointer(resource);
  if (type === "PAYMENT.CAPTURE.REFUNDED" || type.startsWith("PAYMENT.REFUND."))
    return refundPointer(resource);
  if (type === "PAYMENT.CAPTURE.REVERSED") {
    return capturePointer(resource, captureAbove(resource) ?? resource.id);
  }
  if (type.startsWith("PAYMENT.CAPTURE.")) return capturePointer(resource, resource.id);
  if (type.startsWith("PAYMENT.PAYOUT")) return payoutPointer(resource);
  if (type.startsWith("CUSTOMER.DISPUTE.")) return disputePointer(resource);
  return ignored;
}

/** The merchants that the resource is about, where it names them. */
function merchantsOf(resource: Resource): readonly (string | undefined)[] {
  const payees = [resource.payee, ...(resource.purchase_units ?? []).map(({ payee }) => payee)];
  const sellers = (resource.disputed_transactions ?? []).map(({ seller }) => seller);
  return [...payees, ...sellers].map((party) => party?.merchant_id);
}

function jsonOf(rawBody: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(rawBody));
  } catch {
    // Not UTF-8 or not JSON: nothing in it can be trusted to mean anything.
    return undefined;
  }
}

/** The event of a body whose signature was good, or why it is none for us. */
export function readEvent(settings: PayPalSettings, rawBody: Uint8Array): CallbackEvent | CallbackRejection {
  const event = Event.safeParse(jsonOf(rawBody)).data;
  const occurredAtMs = timeOf(event?.create_time);
  if (event === undefined || occurredAtMs === undefined) return "malformed";
  const others = merchantsOf(event.resource).filter((id) => id !== undefined && id !== settings.merchantId);
  if (others.length > 0) return "wrong-merchant";
  const pointer = pointerOf(event.event_type, event.resource);
  const named = Object.keys(pointer.ref).length > 0;
  return { eventId: event.id, type: event.event_type, occurredAtMs, ...(named ? pointer : ignored) };
}
