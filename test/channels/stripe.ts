import type { ChannelFacts } from "./channel-facts.ts";

export const facts: ChannelFacts = {
  settings: { enabled: true, livemode: false },
  currencies: ["USD", "EUR"],
  moved: { received: ["succeeded"], refunded: ["succeeded"], "paid-out": ["paid"], disputed: ["lost"] },
  recipient: { type: "stripe_account", accountId: "acct_recipient" },
};
