/** Every payment provider that a run may have. A new one is an entry here and its keys in `test-keys.json`. */
import { readFileSync } from "node:fs";
import { simulator as alipaySimulator } from "../../../../local/channels/alipay/simulator.ts";
import { simulator as paypalSimulator } from "../../../../local/channels/paypal/simulator.ts";
import { simulator as paytmSimulator } from "../../../../local/channels/paytm/simulator.ts";
import type { SimulatorKeys } from "../../../../local/channels/simulator.ts";
import { simulator as stripeSimulator } from "../../../../local/channels/stripe/simulator.ts";
import { simulator as wechatPaySimulator } from "../../../../local/channels/wechat-pay/simulator.ts";
import { type ChannelName, channelModules } from "../../../../shared/channels/registry.ts";
import type { ProviderSpec } from "./provider.ts";

const common = { enabled: true, livemode: false };

export const providerSpecs: Readonly<Record<ChannelName, ProviderSpec>> = {
  stripe: {
    module: channelModules.stripe,
    simulator: stripeSimulator,
    settings: common,
    currencies: ["USD", "EUR"],
    moved: { received: ["succeeded"], refunded: ["succeeded"], "paid-out": ["paid"], disputed: ["lost"] },
    recipient: { type: "stripe_account", accountId: "acct_recipient" },
  },
  paypal: {
    module: channelModules.paypal,
    simulator: paypalSimulator,
    settings: {
      ...common,
      merchantId: "KITHLOCAL0001",
      webhookId: "0KITH1LOCAL2",
      returnUrl: "https://app.kith.example/paid",
      cancelUrl: "https://app.kith.example/left",
    },
    currencies: ["USD", "EUR"],
    moved: {
      received: ["COMPLETED", "PARTIALLY_REFUNDED", "REFUNDED"],
      refunded: ["COMPLETED"],
      "paid-out": ["SUCCESS"],
      disputed: ["RESOLVED_BUYER_FAVOUR"],
    },
    recipient: { type: "paypal_email", email: "recipient@kith.example" },
  },
  alipay: {
    module: channelModules.alipay,
    simulator: alipaySimulator,
    settings: {
      ...common,
      appId: "2021000000000001",
      sellerId: "2088000000000001",
      returnUrl: "https://app.kith.example/paid",
    },
    currencies: ["CNY"],
    moved: {
      received: ["TRADE_SUCCESS", "TRADE_FINISHED"],
      refunded: ["REFUND_SUCCESS"],
      "paid-out": ["SUCCESS"],
      disputed: [],
    },
    opening: ({ orderString }) => ({ path: "/pay", query: String(orderString) }),
    recipient: { type: "alipay_user", userId: "2088000000000009" },
  },
  "wechat-pay": {
    module: channelModules["wechat-pay"],
    simulator: wechatPaySimulator,
    settings: {
      ...common,
      mchId: "1900000109",
      appId: "wxkithlocal000001",
      payout: { sceneId: "1005", reportInfos: [{ type: "岗位类型", content: "Kith" }] },
    },
    currencies: ["CNY"],
    moved: { received: ["SUCCESS"], refunded: ["SUCCESS"], "paid-out": ["SUCCESS"], disputed: [] },
    recipient: { type: "wechat", openId: "recipient" },
  },
  paytm: {
    module: channelModules.paytm,
    simulator: paytmSimulator,
    settings: {
      ...common,
      merchantId: "KithLocal00000000001",
      host: "securestage.paytmpayments.com",
      websiteName: "WEBSTAGING",
    },
    currencies: ["INR"],
    moved: { received: ["TXN_SUCCESS"], refunded: ["TXN_SUCCESS"], "paid-out": [], disputed: [] },
  },
};

/**
 * Keys of both sides, the same in every process, so that a seed replays anywhere. They were made for these simulations
 * and open nothing; the RSA keys are short, as making signatures is most of what they would cost.
 */
export const testKeys: Readonly<Record<ChannelName, SimulatorKeys>> = JSON.parse(
  readFileSync(new URL("test-keys.json", import.meta.url), "utf8"),
);
