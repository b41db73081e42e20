/** The PayPal channel, opened: its operations bound to one stage's settings, keys and tools. */
import type { Channel, ChannelConfig } from "../channel.ts";
import type { PayPalContext } from "./access.ts";
import { callbackAnswer, verifyCallback } from "./callback.ts";
import { payPalCapabilities } from "./capabilities.ts";
import { queryDispute } from "./disputes.ts";
import type { PayPalKeys } from "./keys.ts";
import { capturePayment, closePayment, createPayment, queryPayment } from "./payments.ts";
import { cancelPayout, payout, queryPayout } from "./payouts.ts";
import { queryRefund, refund } from "./refunds.ts";
import type { PayPalSettings } from "./settings.ts";
import { openStatement } from "./statement.ts";

/** Opens the channel. Nothing in PayPal's credentials tells sandbox from live, so nothing can contradict here. */
export function openPayPal({ settings, keys, tools }: ChannelConfig<PayPalSettings, PayPalKeys>): Channel {
  const context: PayPalContext = { settings, keys, tools };
  return {
    name: "paypal",
    capabilities: payPalCapabilities,
    createPayment: (input) => createPayment(context, input),
    queryPayment: (payment) => queryPayment(context, payment),
    capturePayment: (payment) => capturePayment(context, payment),
    closePayment: (payment) => closePayment(context, payment),
    refund: (input) => refund(context, input),
    queryRefund: (ref) => queryRefund(context, ref),
    payout: (input) => payout(context, input),
    queryPayout: (ref) => queryPayout(context, ref),
    cancelPayout: (ref) => cancelPayout(context, ref),
    queryDispute: (id) => queryDispute(context, id),
    verifyCallback: (request) => verifyCallback(context, request),
    callbackAnswer,
    openStatement: (day) => openStatement(context, day),
  };
}
