import { toDecimal } from "../../shared/channels/decimal.ts";
import type { ChannelFacts } from "./channel-facts.ts";

export const facts: ChannelFacts = {
  settings: {
    enabled: true,
    livemode: false,
    appId: "2021000000000001",
    sellerId: "2088000000000001",
    returnUrl: "https://app.kith.example/paid",
  },
  currencies: ["CNY"],
  moved: {
    received: ["TRADE_SUCCESS", "TRADE_FINISHED"],
    refunded: ["REFUND_SUCCESS"],
    "paid-out": ["SUCCESS"],
    disputed: [],
  },
  opening: ({ orderString }) => ({ path: "/pay", query: String(orderString) }),
  recipient: { type: "alipay_user", userId: "2088000000000009" },
  callbacks: {
    thanks: { status: 200, body: "success" },
    refusal: { status: 400, body: "failure" },
    signature: { field: "sign" },
    paid: "trade_status_sync",
    amount: (value) => ({ total_amount: toDecimal({ value, currency: "CNY" }) }),
    transaction: "trade_no",
  },
};
