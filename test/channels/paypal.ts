import { toDecimal } from "../../shared/channels/decimal.ts";
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
  callbacks: {
    thanks: { status: 200, body: JSON.stringify({ received: true }) },
    refusal: { status: 400, body: JSON.stringify({ received: false }) },
    signature: { header: "paypal-transmission-sig" },
    // It comes again for three days, perhaps with the time of the first attempt.
    tolerance: { past: 4 * 86_400, future: 300 },
    paid: "CHECKOUT.ORDER.APPROVED",
    amount: (value) => ({ value: toDecimal({ value, currency: "USD" }) }),
    otherCurrency: { currency_code: "EUR" },
  },
};
