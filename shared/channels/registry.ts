/** The channels there are. A new one is a folder beside this file and a line here; docs/adding-a-channel.md tells how. */
import { alipay } from "./alipay/module.ts";
import { paypal } from "./paypal/module.ts";
import { paytm } from "./paytm/module.ts";
import { type RegisteredChannel, registered } from "./registered.ts";
import { stripe } from "./stripe/module.ts";
import { wechatPay } from "./wechat-pay/module.ts";

/** Names are parts of callback paths and of stored records: one is never changed. */
export const channelModules = {
  stripe: registered(stripe),
  "wechat-pay": registered(wechatPay),
  alipay: registered(alipay),
  paypal: registered(paypal),
  paytm: registered(paytm),
} as const satisfies Readonly<Record<string, RegisteredChannel>>;

export type ChannelName = keyof typeof channelModules;

export const channelNames = Object.keys(channelModules) as [ChannelName, ...ChannelName[]];

/** True for the name of a channel, for example a path segment. */
export const isChannelName = (name: string): name is ChannelName => Object.hasOwn(channelModules, name);
