/** Paytm's calls: paths and bodies. A body depends on what is asked for alone, so a repeat is the same request. */
import type { CreatePaymentInput } from "../channel.ts";
import { toDecimal } from "../decimal.ts";
import type { ChannelMoney } from "../facts.ts";
import { toReference } from "../reference.ts";
import type { PaytmSettings } from "./settings.ts";

/** Where an order is created; Paytm wants merchant and order in the query too. */
export const initiatePath = (merchantId: string, orderId: string): string =>
  `/theia/api/v1/initiateTransaction?mid=${merchantId}&orderId=${orderId}`;

export const STATUS_PATH = "/v3/order/status";
export const REFUND_PATH = "/refund/apply";
export const REFUND_STATUS_PATH = "/v2/refund/status";

/**
 * The body that creates an order. The customer's id is the order's own reference: Paytm keeps cards by that id, and
 * this product tells it nothing about who pays.
 */
export function initiateBody(
  settings: PaytmSettings,
  { paymentId, money }: CreatePaymentInput,
  callbackUrl: string,
): object {
  const orderId = toReference(paymentId);
  return {
    requestType: "Payment",
    mid: settings.merchantId,
    websiteName: settings.websiteName,
    orderId,
    callbackUrl,
    txnAmount: { value: toDecimal(money), currency: money.currency },
    userInfo: { custId: orderId },
  };
}

/** The body that asks for an order. */
export const statusBody = (merchantId: string, orderId: string): object => ({ mid: merchantId, orderId });

/** The body that asks for money to go back. Paytm refuses a second use of one `refId`. */
export const refundBody = (
  merchantId: string,
  refund: Readonly<Record<"orderId" | "txnId" | "refId", string>> & { readonly money: ChannelMoney },
): object => ({
  mid: merchantId,
  txnType: "REFUND",
  orderId: refund.orderId,
  txnId: refund.txnId,
  refId: refund.refId,
  refundAmount: toDecimal(refund.money),
});

/** The body that asks for a refund. */
export const refundStatusBody = (merchantId: string, orderId: string, refId: string): object => ({
  mid: merchantId,
  orderId,
  refId,
});
