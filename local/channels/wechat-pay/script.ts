/** How a person pays in and out through the channel, for the demo. */
import { type ChannelScript, exampleAmounts } from "../script.ts";

export const script: ChannelScript = {
  currency: "CNY",
  ...exampleAmounts,
  payer: {},
  recipient: { type: "wechat", openId: "oKithDemo-0000000000000001" },
  confirms: true,
};
