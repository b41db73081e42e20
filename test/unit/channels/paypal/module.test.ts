import { describe, expect, it } from "vitest";
import { paypal } from "../../../../shared/channels/paypal/module.ts";
import { firstBatchOf } from "../../../../shared/channels/paypal/payouts.ts";

const settings = {
  enabled: true,
  livemode: false,
  merchantId: "MERCHANT00001",
  webhookId: "8PT597110X687430L",
  returnUrl: "https://kith.example/return",
  cancelUrl: "https://kith.example/cancel",
};

describe("the PayPal module", () => {
  it("reads good settings and refuses others", () => {
    expect(paypal.settings.safeParse(settings).success).toBe(true);
    for (const wrong of [
      { webhookId: "WEBHOOK_ID" },
      { webhookId: "webhook_id" },
      { merchantId: "me@example.com" },
      { returnUrl: "nowhere" },
      { colour: "blue" },
    ]) {
      expect(paypal.settings.safeParse({ ...settings, ...wrong }).success).toBe(false);
    }
  });

  it("knows its recipients and its action", () => {
    const [email, id] = paypal.recipients;
    expect(email?.safeParse({ type: "paypal_email", email: "ana@example.com" }).success).toBe(true);
    expect(email?.safeParse({ type: "paypal_email", email: "ana" }).success).toBe(false);
    expect(id?.safeParse({ type: "paypal_id", payerId: "ABCDE12345XYZ" }).success).toBe(true);
    expect(paypal.payer.safeParse({ openid: "x" }).success).toBe(false);
    const action = {
      type: "paypal_approval",
      orderId: "5O1",
      approvalUrl: "https://www.paypal.com/checkoutnow?token=5O1",
    };
    expect(paypal.actions[0].safeParse(action).success).toBe(true);
  });

  it("offers what PayPal has", () => {
    const { currencies, capture, close, refunds, payouts } = paypal.capabilities;
    expect(currencies["USD"]).toEqual({ min: 1, max: 999_999_999, step: 1 });
    expect(currencies["HUF"]).toEqual({ min: 100, max: 999_999_900, step: 100 });
    expect(currencies["JPY"]).toEqual({ min: 1, max: 9_999_999, step: 1 });
    expect(currencies["CNY"]).toBeUndefined();
    expect({ capture, close }).toEqual({ capture: "ours", close: "no" });
    expect(refunds).toMatchObject({ partial: true, windowMs: 180 * 86_400_000 });
    expect(payouts).toMatchObject({ cancel: true, mayNeedAction: true, returnsWithinMs: 30 * 86_400_000 });
  });
});

describe("the refusal of a second payout batch", () => {
  const reply = (status: number, href: string) => ({
    kind: "answer" as const,
    answer: {
      status,
      headers: {},
      body: Buffer.from(
        JSON.stringify({ name: "USER_BUSINESS_ERROR", details: [{ issue: "exists", link: [{ href }] }] }),
      ),
    },
    earlierMayCount: false,
  });
  it("names the first batch, by its id alone", () => {
    expect(firstBatchOf(reply(400, "https://api.paypal.com/v1/payments/payouts/CR9VS2K4X4846"))).toBe(
      "CR9VS2K4X4846",
    );
    expect(firstBatchOf(reply(400, "https://evil.example/v1/payments/payouts/../x"))).toBeUndefined();
    expect(
      firstBatchOf(reply(500, "https://api.paypal.com/v1/payments/payouts/CR9VS2K4X4846")),
    ).toBeUndefined();
    expect(firstBatchOf({ kind: "no-answer", mayCount: true, detail: "" })).toBeUndefined();
  });
});
