import type { ChannelFacts } from "./channel-facts.ts";

export const facts: ChannelFacts = {
  settings: { enabled: true, livemode: false },
  currencies: ["USD", "EUR"],
  moved: { received: ["succeeded"], refunded: ["succeeded"], "paid-out": ["paid"], disputed: ["lost"] },
  recipient: { type: "stripe_account", accountId: "acct_recipient" },
  callbacks: {
    thanks: { status: 200, body: JSON.stringify({ received: true }) },
    refusal: { status: 400, body: JSON.stringify({ received: false }) },
    signature: { header: "stripe-signature" },
    tolerance: { past: 300, future: 300 },
    paid: "payment_intent.succeeded",
    amount: (value) => ({ amount: value, amount_received: value }),
    otherCurrency: { currency: "eur" },
    transaction: "latest_charge",
  },
};
