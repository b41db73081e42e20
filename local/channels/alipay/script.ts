/** How a person pays in and out through the channel, for the demo. */
import { type ChannelScript, exampleAmounts } from "../script.ts";

export const script: ChannelScript = {
  currency: "CNY",
  ...exampleAmounts,
  payer: {},
  recipient: { type: "alipay_user", userId: "2088102000000001" },
  async open(url, { orderString }) {
    await fetch(`${url}/pay?${String(orderString)}`);
  },
};
