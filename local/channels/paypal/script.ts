/** How a person pays in and out through the channel, for the demo. */
import { type ChannelScript, exampleAmounts } from "../script.ts";

export const script: ChannelScript = {
  currency: "USD",
  ...exampleAmounts,
  payer: {},
  recipient: { type: "paypal_email", email: "nia@kith.example" },
};
