/** What each call says: contents as Alipay's API reference names them. @see https://opendocs.alipay.com/open/02e7gq */
import type { CreatePaymentInput, PaymentRef, PayoutInput, RefundInput } from "../channel.ts";
import { toDecimal } from "../decimal.ts";
import { BEIJING, toLocalTime } from "../local-time.ts";
import { toReference } from "../reference.ts";
import type { GatewayCall } from "./gateway.ts";

/** How a payer pays: in an app, in a phone's browser, in a computer's browser, by scanning a code. */
export type PayerType = "app" | "wap" | "page" | "precreate";

const products = {
  app: { method: "alipay.trade.app.pay", product: "QUICK_MSECURITY_PAY" },
  wap: { method: "alipay.trade.wap.pay", product: "QUICK_WAP_WAY" },
  page: { method: "alipay.trade.page.pay", product: "FAST_INSTANT_TRADE_PAY" },
  precreate: { method: "alipay.trade.precreate", product: "FACE_TO_FACE_PAYMENT" },
} as const satisfies Record<PayerType, { method: string; product: string }>;

/**
 * Text without the characters that Alipay advises against (`/ = &`) or that would break a line of its bill, which is
 * CSV without quotes.
 */
const plainText = (text: string): string => text.replace(/[/=&,"\p{Cc}]+/gu, " ").trim();

/** Creates a payment, or is signed for the payer's app or browser to create it. */
export function payCall(
  input: CreatePaymentInput,
  type: PayerType,
  addresses: { readonly callbackUrl: string; readonly returnUrl: string | undefined },
): GatewayCall {
  const { method, product } = products[type];
  const browser = type === "wap" || type === "page" ? addresses.returnUrl : undefined;
  return {
    method,
    content: {
      out_trade_no: toReference(input.paymentId),
      total_amount: toDecimal(input.money),
      subject: plainText(input.description) || "Payment",
      product_code: product,
      time_expire: toLocalTime(input.expiresAtMs, BEIJING),
      ...(type === "wap" && browser !== undefined && { quit_url: browser }),
    },
    parameters: {
      notify_url: addresses.callbackUrl,
      ...(browser !== undefined && { return_url: browser }),
    },
  };
}

export const queryCall = ({ channelPaymentId }: PaymentRef): GatewayCall => ({
  method: "alipay.trade.query",
  content: { out_trade_no: channelPaymentId },
});

export const closeCall = ({ channelPaymentId }: PaymentRef): GatewayCall => ({
  method: "alipay.trade.close",
  content: { out_trade_no: channelPaymentId },
});

export const refundCall = ({ refundId, payment, money, reason }: RefundInput): GatewayCall => ({
  method: "alipay.trade.refund",
  content: {
    out_trade_no: payment.channelPaymentId,
    refund_amount: toDecimal(money),
    out_request_no: toReference(refundId),
    refund_reason: plainText(reason) || "Refund",
  },
});

export const refundQueryCall = (payment: PaymentRef, requestNumber: string): GatewayCall => ({
  method: "alipay.trade.fastpay.refund.query",
  content: {
    out_trade_no: payment.channelPaymentId,
    out_request_no: requestNumber,
    query_options: ["gmt_refund_pay"],
  },
});

const transfer = { product_code: "TRANS_ACCOUNT_NO_PWD", biz_scene: "DIRECT_TRANSFER" } as const;

/** `2088…` is an account's own number; anything else that names a user is an open id of our application. */
const payeeOf = (recipient: PayoutInput["recipient"]): Readonly<Record<string, string>> => {
  const { type, loginId = "", name = "", userId = "" } = recipient;
  if (type === "alipay_login") return { identity: loginId, identity_type: "ALIPAY_LOGON_ID", name };
  const identityType = /^2088\d{12}$/.test(userId) ? "ALIPAY_USER_ID" : "ALIPAY_OPEN_ID";
  return { identity: userId, identity_type: identityType };
};

export const payoutCall = ({ payoutId, recipient, money, remark }: PayoutInput): GatewayCall => ({
  method: "alipay.fund.trans.uni.transfer",
  content: {
    out_biz_no: toReference(payoutId),
    trans_amount: toDecimal(money),
    ...transfer,
    order_title: plainText(remark) || "Payout",
    payee_info: payeeOf(recipient),
    remark: plainText(remark) || "Payout",
  },
});

export const payoutQueryCall = (payoutId: string): GatewayCall => ({
  method: "alipay.fund.trans.common.query",
  content: { out_biz_no: toReference(payoutId), ...transfer },
});

/** A bill of one day: of trades, or of the account. */
export const billCall = (day: string, type: "trade" | "signcustomer"): GatewayCall => ({
  method: "alipay.data.dataservice.bill.downloadurl.query",
  content: { bill_type: type, bill_date: day },
});
