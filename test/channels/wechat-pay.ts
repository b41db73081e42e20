import type { ChannelFacts } from "./channel-facts.ts";

export const facts: ChannelFacts = {
  settings: {
    enabled: true,
    livemode: false,
    mchId: "1900000109",
    appId: "wxkithlocal000001",
    payout: { sceneId: "1005", reportInfos: [{ type: "岗位类型", content: "Kith" }] },
  },
  currencies: ["CNY"],
  moved: { received: ["SUCCESS"], refunded: ["SUCCESS"], "paid-out": ["SUCCESS"], disputed: [] },
  recipient: { type: "wechat", openId: "recipient" },
  callbacks: {
    thanks: { status: 200, body: JSON.stringify({ code: "SUCCESS", message: "" }) },
    refusal: { status: 400, body: JSON.stringify({ code: "FAIL", message: "not accepted" }) },
    signature: { header: "wechatpay-signature" },
    tolerance: { past: 300, future: 300 },
    paid: "TRANSACTION.SUCCESS",
    amount: (value) => ({ total: value, payer_total: value }),
    otherCurrency: { currency: "USD", payer_currency: "USD" },
    transaction: "transaction_id",
  },
};
