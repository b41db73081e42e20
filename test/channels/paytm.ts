import type { ChannelFacts } from "./channel-facts.ts";

export const facts: ChannelFacts = {
  settings: {
    enabled: true,
    livemode: false,
    merchantId: "KithLocal00000000001",
    host: "securestage.paytmpayments.com",
    websiteName: "WEBSTAGING",
  },
  currencies: ["INR"],
  moved: { received: ["TXN_SUCCESS"], refunded: ["TXN_SUCCESS"], "paid-out": [], disputed: [] },
};
