/** What differs from channel to channel when a person pays in and out: money, hints, and what they press. */
import { channelOf, type RunningCloud } from "../client/running-cloud.ts";

export type ChannelScript = {
  readonly currency: string;
  /** Minor units: topped up, paid to a friend, refunded of the top-up, withdrawn. */
  readonly topUp: number;
  readonly payment: number;
  readonly refund: number;
  readonly withdrawal: number;
  readonly payer: Readonly<Record<string, string>>;
  /** Whom money goes out to; left out where the channel pays nobody out. */
  readonly recipient?: Readonly<Record<string, string>>;
  /** The recipient has to confirm. */
  readonly confirms?: true;
  /** Brings the payer to the page where they approve, where the provider knows nothing of a payment before. */
  readonly open?: (cloud: RunningCloud, action: Readonly<Record<string, unknown>>) => Promise<void>;
};

const amounts = { topUp: 50_00, payment: 12_50, refund: 10_00, withdrawal: 20_00 };

export const channelScripts: Readonly<Record<string, ChannelScript>> = {
  stripe: {
    ...amounts,
    currency: "USD",
    payer: {},
    recipient: { type: "stripe_account", accountId: "acct_1KithDemo" },
  },
  "wechat-pay": {
    ...amounts,
    currency: "CNY",
    payer: {},
    recipient: { type: "wechat", openId: "oKithDemo-0000000000000001" },
    confirms: true,
  },
  alipay: {
    ...amounts,
    currency: "CNY",
    payer: {},
    recipient: { type: "alipay_user", userId: "2088102000000001" },
    async open(cloud, { orderString }) {
      await fetch(`${channelOf(cloud, "alipay")}/pay?${String(orderString)}`);
    },
  },
  paypal: {
    ...amounts,
    currency: "USD",
    payer: {},
    recipient: { type: "paypal_email", email: "nia@kith.example" },
  },
  paytm: { ...amounts, currency: "INR", payer: {} },
};
