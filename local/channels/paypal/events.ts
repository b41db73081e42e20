/**
 * Webhooks: made as PayPal makes them, signed with the simulator's certificate.
 * @see https://developer.paypal.com/api/rest/webhooks/rest/
 */
import { createHash, sign } from "node:crypto";
import { crc32 } from "node:zlib";
import type { CallbackRules } from "../kit/protocol.ts";
import { strangersKey } from "../kit/stranger.ts";
import { printAmount } from "./money.ts";
import {
  type Capture,
  type Dispute,
  HOUR_MS,
  type Order,
  type Payout,
  type PayPalWorld,
  printTime,
  type Refund,
} from "./state.ts";
import { captureView, disputeView, orderView, payoutItemView, refundView } from "./views.ts";

const MINUTE_MS = 60_000;

/** 25 attempts over three days. */
const retryAfterMs: readonly number[] = [
  ...[2, 4, 8, 16, 32, 64, 90].map((minutes) => minutes * MINUTE_MS),
  ...Array.from({ length: 17 }, () => 4 * HOUR_MS),
];

/** Tells the dashboard's address that something happened to an object. */
function emit(
  world: PayPalWorld,
  type: string,
  resourceType: string,
  objectId: string,
  resource: unknown,
): void {
  const { kit } = world;
  const eventId = `WH-${kit.ids.alphanumeric(17)}-${kit.ids.alphanumeric(17)}`;
  const event = {
    id: eventId,
    event_version: "1.0",
    create_time: new Date(kit.now()).toISOString(),
    resource_type: resourceType,
    resource_version: "2.0",
    event_type: type,
    summary: `Something happened: ${type}`,
    resource,
    links: [
      {
        href: `https://${world.host}/v1/notifications/webhooks-events/${eventId}`,
        rel: "self",
        method: "GET",
      },
    ],
  };
  kit.emit({ eventId, type, objectId, url: world.callbackUrl, content: JSON.stringify(event) });
}

export const orderEvent = (world: PayPalWorld, type: string, order: Order): void =>
  emit(world, type, "checkout-order", order.id, orderView(world, order));

export const captureEvent = (world: PayPalWorld, type: string, capture: Capture): void =>
  emit(world, type, "capture", capture.orderId, captureView(world, capture));

export const refundEvent = (world: PayPalWorld, type: string, refund: Refund): void =>
  emit(world, type, "refund", refund.id, refundView(world, refund));

export const payoutEvent = (world: PayPalWorld, type: string, payout: Payout): void =>
  emit(world, type, "payouts_item", payout.id, payoutItemView(world, payout));

export const disputeEvent = (world: PayPalWorld, type: string, dispute: Dispute): void =>
  emit(world, type, "dispute", dispute.id, disputeView(world, dispute));

/** An approval that lapsed before anybody captured it. */
export const reversalEvent = (world: PayPalWorld, order: Order): void =>
  emit(world, "CHECKOUT.PAYMENT-APPROVAL.REVERSED", "payment", order.id, {
    order_id: order.id,
    purchase_units: [
      {
        reference_id: order.referenceId,
        custom_id: order.customId,
        amount: { currency_code: order.currency, value: printAmount(order.value, order.currency) },
        payee: { merchant_id: world.merchantId },
      },
    ],
  });

export type WebhookSigner = {
  readonly privateKey: string;
  readonly certificateUrl: string;
  readonly webhookId: string;
};

/** Headers of one transmission of `body`. */
export function transmissionHeaders(
  { privateKey, certificateUrl, webhookId }: WebhookSigner,
  body: string,
  transmissionId: string,
  nowMs: number,
): Readonly<Record<string, string>> {
  const time = printTime(nowMs);
  const message = [transmissionId, time, webhookId, crc32(body)].join("|");
  return {
    "content-type": "application/json",
    "paypal-transmission-id": transmissionId,
    "paypal-transmission-time": time,
    "paypal-transmission-sig": sign("sha256", Buffer.from(message), privateKey).toString("base64"),
    "paypal-cert-url": certificateUrl,
    "paypal-auth-algo": "SHA256withRSA",
  };
}

/** A UUID that is the same for the same event. */
function transmissionIdOf(eventId: string): string {
  const hex = createHash("sha256").update(eventId).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    "-",
  );
}

/** Any 2xx ends a delivery. */
export const callbackRules = (signer: WebhookSigner): CallbackRules => ({
  retryAfterMs,
  isAcknowledged: (status) => status >= 200 && status < 300,
  sign({ eventId, content }, nowMs, { key, keyName } = {}) {
    const privateKey = key === "stranger" ? strangersKey() : signer.privateKey;
    const as = { ...signer, privateKey, certificateUrl: keyName ?? signer.certificateUrl };
    return {
      headers: transmissionHeaders(as, content, transmissionIdOf(eventId), nowMs),
      body: content,
    };
  },
});
