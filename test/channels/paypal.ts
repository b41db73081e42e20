import type { ChannelFacts } from "./channel-facts.ts";

export const facts: ChannelFacts = {
  settings: {
    enabled: true,
    livemode: false,
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
};
