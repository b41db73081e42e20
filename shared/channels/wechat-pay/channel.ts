/** WeChat Pay as a channel, opened for one merchant. */
import type { Channel, ChannelConfig } from "../channel.ts";
import { renewedAction } from "./actions.ts";
import { openStatement } from "./bills.ts";
import { callbackAnswer, verifyCallback } from "./callback.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { CHANNEL, createContext } from "./context.ts";
import type { WechatPayKeys } from "./keys.ts";
import { closePayment, createPayment, queryPayment } from "./payments.ts";
import { cancelPayout, payout, queryPayout } from "./payouts.ts";
import { queryRefund, refund } from "./refunds.ts";
import type { WechatPaySettings } from "./settings.ts";

/** @throws Error when the keys cannot be those of a merchant and its provider. */
export function openWechatPay(config: ChannelConfig<WechatPaySettings, WechatPayKeys>): Channel {
  const context = createContext(config);
  return {
    name: CHANNEL,
    capabilities: capabilitiesOf(config.settings),
    createPayment: (input) => createPayment(context, input),
    renewAction: (action) => renewedAction(context, action),
    queryPayment: (payment) => queryPayment(context, payment),
    closePayment: (payment) => closePayment(context, payment),
    refund: (input) => refund(context, input),
    queryRefund: (asked) => queryRefund(context, asked),
    // A merchant whose scene was taken away still follows the payouts that it began.
    payout: (input) => payout(context, input),
    queryPayout: (asked) => queryPayout(context, asked),
    cancelPayout: (asked) => cancelPayout(context, asked),
    verifyCallback: (request) => verifyCallback(context, request),
    callbackAnswer,
    openStatement: (day) => openStatement(context, day),
  };
}
