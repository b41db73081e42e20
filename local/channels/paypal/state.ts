/** What the simulated PayPal remembers. Money in ISO minor units, times in milliseconds since the epoch. */
import * as z from "zod";
import type { Kit } from "../kit/protocol.ts";
import { mapOf } from "../kit/state.ts";

const OrderShape = z.object({
  id: z.string(),
  status: z.enum(["PAYER_ACTION_REQUIRED", "APPROVED", "COMPLETED", "VOIDED"]),
  referenceId: z.string(),
  customId: z.string().optional(),
  invoiceId: z.string().optional(),
  description: z.string().optional(),
  value: z.int(),
  currency: z.string(),
  returnUrl: z.string(),
  cancelUrl: z.string(),
  brandName: z.string().optional(),
  createdAt: z.number(),
  updatedAt: z.number(),
  /** What becomes of the next capture. */
  next: z.enum(["complete", "pend", "decline"]),
  /** What becomes of refunds of this order. */
  refunds: z.enum(["complete", "stall", "fail"]),
  captureId: z.string().optional(),
});
export type Order = z.infer<typeof OrderShape>;

const CaptureShape = z.object({
  id: z.string(),
  orderId: z.string(),
  status: z.enum(["COMPLETED", "PENDING", "DECLINED", "PARTIALLY_REFUNDED", "REFUNDED"]),
  customId: z.string().optional(),
  invoiceId: z.string().optional(),
  value: z.int(),
  currency: z.string(),
  fee: z.int(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Capture = z.infer<typeof CaptureShape>;

const RefundShape = z.object({
  id: z.string(),
  captureId: z.string(),
  status: z.enum(["COMPLETED", "PENDING", "FAILED"]),
  customId: z.string().optional(),
  invoiceId: z.string().optional(),
  value: z.int(),
  currency: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Refund = z.infer<typeof RefundShape>;

const PayoutShape = z.object({
  /** The batch; it has one item. */
  id: z.string(),
  itemId: z.string(),
  transactionId: z.string(),
  senderBatchId: z.string(),
  senderItemId: z.string(),
  recipientType: z.enum(["EMAIL", "PAYPAL_ID"]),
  receiver: z.string(),
  note: z.string().optional(),
  value: z.int(),
  currency: z.string(),
  fee: z.int(),
  status: z.enum(["PENDING", "SUCCESS", "UNCLAIMED", "FAILED", "RETURNED"]),
  createdAt: z.number(),
  updatedAt: z.number(),
  /** When the money left, and when it came back. */
  sentAt: z.number().optional(),
  returnedAt: z.number().optional(),
});
export type Payout = z.infer<typeof PayoutShape>;

const DisputeShape = z.object({
  id: z.string(),
  orderId: z.string(),
  captureId: z.string(),
  outcome: z.enum(["RESOLVED_SELLER_FAVOUR", "RESOLVED_BUYER_FAVOUR"]).optional(),
  value: z.int(),
  currency: z.string(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type Dispute = z.infer<typeof DisputeShape>;

export const PayPalStateShape = z.object({
  /** Access tokens and when they end. */
  tokens: mapOf(z.number()),
  orders: mapOf(OrderShape),
  captures: mapOf(CaptureShape),
  refunds: mapOf(RefundShape),
  payouts: mapOf(PayoutShape),
  disputes: mapOf(DisputeShape),
  /** `PayPal-Request-Id` per path: what it made, from which body, until when it is known. */
  requests: mapOf(z.object({ body: z.string(), objectId: z.string(), untilMs: z.number() })),
});
export type PayPalState = z.infer<typeof PayPalStateShape>;

export const emptyState = (): PayPalState => ({
  tokens: new Map(),
  orders: new Map(),
  captures: new Map(),
  refunds: new Map(),
  payouts: new Map(),
  disputes: new Map(),
  requests: new Map(),
});

/** What every part of the simulator works with. */
export type PayPalWorld = {
  readonly kit: Kit<PayPalState>;
  readonly clientId: string;
  readonly clientSecret: string;
  /** The account that is paid. */
  readonly merchantId: string;
  readonly callbackUrl: string;
  /** `api-m.sandbox.paypal.com` */
  readonly host: string;
};

/** RFC 3339, to the second, as PayPal prints times. */
export const printTime = (atMs: number): string => `${new Date(atMs).toISOString().slice(0, 19)}Z`;

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;
