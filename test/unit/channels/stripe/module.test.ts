/** What is known of the channel before it is opened, and how it is opened. */
import { describe, expect, it } from "vitest";
import { registered } from "../../../../shared/channels/registered.ts";
import { stripe } from "../../../../shared/channels/stripe/module.ts";
import { KEYS, openStripe } from "./run-plan.ts";

const tools = { now: () => 0, bytes: (count: number) => new Uint8Array(count) };
const open = (keys: unknown, settings: unknown = { enabled: true, livemode: false }) =>
  registered(stripe).open({ settings, keys, callbackUrl: "https://kith.test/callbacks/stripe", tools });

describe("opening", () => {
  it("refuses keys of the other mode, either way", () => {
    const live = { apiKey: "rk_live_x", publishableKey: "pk_live_x", webhookSecrets: ["whsec_x"] };
    expect(() => open(KEYS, { enabled: true, livemode: true })).toThrow(/live mode/);
    expect(() => open({ ...KEYS, apiKey: "sk_live_x" })).toThrow(/test mode/);
    expect(() => open({ ...KEYS, publishableKey: "pk_live_x" })).toThrow(/test mode/);
    expect(open(live, { enabled: false, livemode: true }).name).toBe("stripe");
    expect(open({ ...KEYS, apiKey: "rk_test_x" }).name).toBe("stripe");
  });

  it.each([
    [{ ...KEYS, webhookSecrets: [] }, "webhookSecrets"],
    [{ ...KEYS, webhookSecrets: ["whsec_a", " "] }, "webhookSecrets"],
    [{ ...KEYS, webhookSecrets: [""] }, "webhookSecrets"],
    [{ ...KEYS, apiKey: "sk_test_secret\n" }, "apiKey"],
    [{}, "apiKey"],
  ])("refuses %j, naming the member and showing no value", (keys, member) => {
    expect(() => open(keys)).toThrow(member);
    expect(() => open(keys)).not.toThrow(/sk_test_secret/);
  });

  it("refuses settings it does not know", () => {
    expect(() => open(KEYS, { enabled: true, livemode: false, mode: "x" })).toThrow(/settings of Stripe/);
  });
});

describe("what an app may say", () => {
  it.each([
    [{}],
    [{ wallet: "apple_pay", token: "{}" }],
    [{ wallet: "google_pay", token: "{}" }],
    [{ wallet: "samsung_pay" }],
  ])("about its payer: %j", (payer) => {
    expect(stripe.payer.parse(payer)).toEqual(payer);
  });

  it.each([
    [{ wallet: "apple_pay" }],
    [{ token: "{}" }],
    [{ wallet: "samsung_pay", token: "{}" }],
    [{ wallet: "wechat", token: "{}" }],
    [{ wallet: "google_pay", token: "x".repeat(8193) }],
    [{ openid: "o1" }],
  ])("and not: %j", (payer) => {
    expect(stripe.payer.safeParse(payer).success).toBe(false);
  });

  it("about a recipient: a connected account", () => {
    const [recipient] = stripe.recipients;
    const fits = (accountId: string) =>
      recipient?.safeParse({ type: "stripe_account", accountId }).success === true;
    expect(fits("acct_1NvPq2")).toBe(true);
    expect([fits("acct_"), fits("ba_1"), fits("acct_1/../payouts")]).toEqual([false, false, false]);
  });
});

describe("the capabilities", () => {
  const { currencies, payouts } = stripe.capabilities;

  it("offer ranges whose ends are valid amounts", () => {
    if (!payouts.supported) throw new Error("payouts are supported");
    for (const [currency, { min, max, step }] of [
      ...Object.entries(currencies),
      ...Object.entries(payouts.currencies),
    ]) {
      expect([currency, min % step, max % step, min <= max]).toEqual([currency, 0, 0, true]);
    }
  });

  it("write special currencies as Stripe does", () => {
    expect(currencies["KWD"]?.step).toBe(10);
    expect(currencies["ISK"]).toEqual({ min: 100, max: 999_999, step: 1 });
    expect(payouts.supported && payouts.currencies["HUF"]?.step).toBe(100);
  });

  it("are the opened channel's", () => {
    const channel = openStripe();
    expect(channel.capabilities).toBe(stripe.capabilities);
    expect([channel.capturePayment, channel.cancelPayout, channel.renewAction]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
