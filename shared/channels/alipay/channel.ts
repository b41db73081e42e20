/** Alipay of one stage: the operations of the neutral channel over one gateway. */
import type { Channel, ChannelConfig } from "../channel.ts";
import { renewedAction } from "./actions.ts";
import { callbackAnswer, verifyCallback } from "./callback.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { CHANNEL, type FactContext } from "./facts.ts";
import { createGateway } from "./gateway.ts";
import { type AlipayKeys, openKeys } from "./keys.ts";
import { closePayment, createPayment, queryPayment } from "./payments.ts";
import { payout, queryPayout } from "./payouts.ts";
import { queryRefund, refund } from "./refunds.ts";
import { type AlipaySettings, gatewayOf } from "./settings.ts";
import { openStatement } from "./statement.ts";

/**
 * Opens the channel.
 * @throws Error when a key or certificate cannot be read, or when they do not belong together.
 */
export function openAlipay(config: ChannelConfig<AlipaySettings, AlipayKeys>): Channel {
  const { settings, callbackUrl, tools } = config;
  const { appId, sellerId, livemode } = settings;
  const identity = openKeys(config.keys);
  const { mode } = identity.trust;
  const gateway = createGateway({ url: gatewayOf(settings), appId, identity, tools });
  const context = (): FactContext => ({ livemode, nowMs: tools.now() });
  const payments = { gateway, context, callbackUrl, returnUrl: settings.returnUrl };
  const others = { gateway, context };
  const capabilities = capabilitiesOf(mode);
  const statements = {
    ...{ gateway, now: tools.now, payouts: capabilities.payouts.supported },
    payoutBillWords: settings.payoutBillWords,
  };
  return {
    name: CHANNEL,
    capabilities,
    createPayment: (input) => createPayment(payments, input),
    renewAction: (action, payment) => renewedAction(gateway, action, payment),
    queryPayment: (payment) => queryPayment(payments, payment),
    closePayment: (payment) => closePayment(payments, payment),
    refund: (input) => refund(others, input),
    queryRefund: (ref) => queryRefund(others, ref),
    ...(mode === "certificates" && { payout: (input) => payout(others, input) }),
    // Asked about in either mode: a stage may have gone back to plain keys with payouts on their way.
    queryPayout: (ref) => queryPayout(others, ref),
    verifyCallback: (request) => verifyCallback({ gateway, appId, sellerId, now: tools.now }, request),
    callbackAnswer,
    openStatement: (day) => openStatement(statements, day),
  };
}
