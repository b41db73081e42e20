/** How a person pays in and out through the channel, for the demo. */
import { type ChannelScript, exampleAmounts } from "../script.ts";

export const script: ChannelScript = {
  currency: "INR",
  ...exampleAmounts,
  payer: {},
};
