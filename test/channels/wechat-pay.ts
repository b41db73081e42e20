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
};
