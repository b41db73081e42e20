/** Withdrawals in the payments area over the channel in memory. */
import type { ChannelCapabilities } from "../../shared/channels/capabilities.ts";
import type { ChannelPayoutStatus } from "../../shared/channels/facts.ts";
import { DAY, HOUR } from "../../shared/platform/clock.ts";
import { FAKE } from "./fake-channel.ts";
import type { FakePaymentsWorld } from "./fake-payments-world.ts";
import { usd } from "./usd.ts";

export const fakePayouts: Extract<ChannelCapabilities["payouts"], { readonly supported: true }> = {
  supported: true,
  currencies: { USD: { min: 50, max: 500_000, step: 1 }, EUR: { min: 50, max: 500_000, step: 1 } },
  mayNeedAction: true,
  actionWindowMs: HOUR,
  returnsWithinMs: 27 * DAY,
  cancel: true,
};

/** Ada withdraws 5.00. */
const request = (key: string, rest: object = {}) => ({
  as: "ada",
  key,
  body: {
    amount: usd(5_00),
    channel: FAKE,
    recipient: { type: "paypal_email", email: "ada@example.com" },
    ...rest,
  },
});

export const withdrawalsOf = (w: FakePaymentsWorld) => ({
  request,
  create: (key = "w1", rest: object = {}) => w.api.call("createWithdrawal", request(key, rest)),
  get: async (id: string) => (await w.api.call("getWithdrawal", { as: "ada", params: { id } })).body,
  cancel: (id: string, key = "c1") => w.api.call("cancelWithdrawal", { as: "ada", key, params: { id } }),
  /** The provider moves it. */
  move: (id: string, status: ChannelPayoutStatus, value?: number): void =>
    w.provider.payouts.move(w.provider.payouts.idOf(id), status, value),
  /** The lines of its history. */
  facts: async (id: string) =>
    (await w.items(`PAYOUT#${id}`)).filter(({ sk }) => String(sk).startsWith("FACT#")),
  /** What the channel was given, over all shards of its clearing account. */
  async atChannel(): Promise<number> {
    const entries = await w.items(`LEDGER#system:clearing:${FAKE}`);
    return entries.reduce((sum, entry) => sum + (entry["amount"] as { available: number }).available, 0);
  },
});
