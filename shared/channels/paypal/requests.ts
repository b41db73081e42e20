/** What is sent to PayPal, as data: paths, bodies and request ids. Pure, so a repetition is the same request. */
import type { CreatePaymentInput, PaymentRef, PayoutInput, RefundInput } from "../channel.ts";
import { toReference } from "../reference.ts";
import type { ApiCall } from "./access.ts";
import { toWire } from "./amounts.ts";
import type { PayPalSettings } from "./settings.ts";

const segment = encodeURIComponent;

/**
 * A new order. Our reference is its request id (the same answer again for six hours), its `custom_id` (it comes back
 * in captures, webhooks and reports) and its `invoice_id` (PayPal refuses to take money for one invoice twice).
 * @see https://developer.paypal.com/docs/api/orders/v2/#orders_create
 */
export function createOrder(settings: PayPalSettings, input: CreatePaymentInput): ApiCall {
  const reference = toReference(input.paymentId);
  return {
    operation: "paypal create order",
    method: "POST",
    path: "/v2/checkout/orders",
    requestId: reference,
    body: {
      intent: "CAPTURE",
      purchase_units: [
        {
          reference_id: reference,
          custom_id: reference,
          invoice_id: reference,
          description: input.description.slice(0, 127),
          amount: { currency_code: input.money.currency, value: toWire(input.money) },
        },
      ],
      payment_source: {
        paypal: {
          experience_context: {
            return_url: settings.returnUrl,
            cancel_url: settings.cancelUrl,
            user_action: "PAY_NOW",
            shipping_preference: "NO_SHIPPING",
            ...(settings.brandName !== undefined && { brand_name: settings.brandName }),
          },
        },
      },
    },
  };
}

export const getOrder = (orderId: string): ApiCall => ({
  operation: "paypal get order",
  method: "GET",
  path: `/v2/checkout/orders/${segment(orderId)}`,
});

export const getCapture = (captureId: string): ApiCall => ({
  operation: "paypal get capture",
  method: "GET",
  path: `/v2/payments/captures/${segment(captureId)}`,
});

/**
 * Takes the money of an approved order. The request id holds the time of the approval: a payer whose card was
 * declined approves again, and the second capture must not be answered with the first one's refusal. Two captures of
 * one order cannot both count, whatever their ids: the later is answered ORDER_ALREADY_CAPTURED.
 * @param approvedAtMs when the order last changed
 */
export const captureOrder = (payment: PaymentRef, approvedAtMs: number): ApiCall => ({
  operation: "paypal capture order",
  method: "POST",
  path: `/v2/checkout/orders/${segment(payment.channelPaymentId)}/capture`,
  requestId: `${toReference(payment.paymentId)}-capture-${approvedAtMs}`,
  body: {},
});

/** @see https://developer.paypal.com/docs/api/payments/v2/#captures_refund */
export function refundCapture(captureId: string, input: RefundInput): ApiCall {
  const reference = toReference(input.refundId);
  return {
    operation: "paypal refund",
    method: "POST",
    path: `/v2/payments/captures/${segment(captureId)}/refund`,
    requestId: reference,
    body: {
      amount: { currency_code: input.money.currency, value: toWire(input.money) },
      custom_id: reference,
      invoice_id: reference,
      ...(input.reason !== "" && { note_to_payer: input.reason.slice(0, 255) }),
    },
  };
}

export const getRefund = (refundId: string): ApiCall => ({
  operation: "paypal get refund",
  method: "GET",
  path: `/v2/payments/refunds/${segment(refundId)}`,
});

/** How the recipients of this channel are named to PayPal. */
export type Receiver = { readonly recipient_type: "EMAIL" | "PAYPAL_ID"; readonly receiver: string };

/**
 * One payout is a batch of one item. The batch's id guards it: for 30 days a repetition is refused with a link to the
 * first. Payouts, unlike the rest of the API, call the currency `currency`.
 * @see https://developer.paypal.com/docs/api/payments.payouts-batch/v1/#payouts_post
 */
export function createPayout(settings: PayPalSettings, input: PayoutInput, receiver: Receiver): ApiCall {
  const reference = toReference(input.payoutId);
  return {
    operation: "paypal payout",
    method: "POST",
    path: "/v1/payments/payouts",
    requestId: reference,
    body: {
      sender_batch_header: { sender_batch_id: reference, email_subject: settings.payoutSubject },
      items: [
        {
          ...receiver,
          amount: { currency: input.money.currency, value: toWire(input.money) },
          sender_item_id: reference,
          ...(input.remark !== "" && { note: input.remark }),
        },
      ],
    },
  };
}

export const getPayoutBatch = (batchId: string): ApiCall => ({
  operation: "paypal get payout",
  method: "GET",
  path: `/v1/payments/payouts/${segment(batchId)}`,
});

/** Gives an unclaimed item back. A second time it is refused, so it needs no request id. */
export const cancelPayoutItem = (itemId: string): ApiCall => ({
  operation: "paypal cancel payout",
  method: "POST",
  path: `/v1/payments/payouts-item/${segment(itemId)}/cancel`,
  repeatable: true,
});

export const getDispute = (disputeId: string): ApiCall => ({
  operation: "paypal get dispute",
  method: "GET",
  path: `/v1/customer/disputes/${segment(disputeId)}`,
});

/**
 * One page of a UTC day's transactions. Both ends count, so the day ends a second before midnight.
 * @see https://developer.paypal.com/docs/api/transaction-search/v1/#search_get
 */
export const listTransactions = (day: string, page: number, pageSize: number): ApiCall => ({
  operation: "paypal transactions",
  method: "GET",
  path: `/v1/reporting/transactions?${new URLSearchParams({
    start_date: `${day}T00:00:00Z`,
    end_date: `${day}T23:59:59Z`,
    fields: "transaction_info",
    page_size: String(pageSize),
    page: String(page),
  })}`,
});
