import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { paytmCapabilities, refusalOf } from "../../../../shared/channels/paytm/capabilities.ts";
import { paytm } from "../../../../shared/channels/paytm/module.ts";
import { initiateBody } from "../../../../shared/channels/paytm/requests.ts";

const settings = {
  enabled: true,
  livemode: false,
  merchantId: "KITH0001",
  host: "securestage.paytmpayments.com",
};
const keys = { merchantKey: "0123456789abcdef" };
const tools = { now: () => 0, bytes: (count: number) => new Uint8Array(count) };
const open = (changed: object) =>
  paytm.open({
    settings: paytm.settings.parse({ ...settings, ...changed }),
    keys: paytm.keys.parse(keys),
    callbackUrl: "https://api.example/callbacks/paytm",
    tools,
  });

describe("settings and keys", () => {
  it("are filled up with what Paytm's texts use", () => {
    expect(paytm.settings.parse(settings)).toEqual({
      ...settings,
      websiteName: "DEFAULT",
      payerRetries: true,
      appChannel: "WAP",
    });
  });

  it("are refused when they are not as they should be", () => {
    for (const wrong of [
      { merchantId: "a&b" },
      { host: "https://secure.paytmpayments.com" },
      { statementUrl: "https://files.example/paytm.csv" },
      { statementUrl: "http://files.example/{day}.csv" },
      { surprise: 1 },
    ]) {
      expect(paytm.settings.safeParse({ ...settings, ...wrong }).success, JSON.stringify(wrong)).toBe(false);
    }
    for (const merchantKey of ["", "short", "0123456789abcde ", "0123456789abcdefg"]) {
      expect(paytm.keys.safeParse({ merchantKey }).success, merchantKey).toBe(false);
    }
  });

  it("do not open a live channel on the test environment", () => {
    expect(() => open({ livemode: true })).toThrow("securestage.paytmpayments.com moves no real money");
    expect(open({ livemode: true, host: "secure.paytmpayments.com" }).name).toBe("paytm");
  });
});

describe("capabilities", () => {
  it("offer rupees, refunds and no payouts, and say why", () => {
    expect(Object.keys(paytmCapabilities.currencies)).toEqual(["INR"]);
    expect(paytmCapabilities.refunds).toMatchObject({ supported: true, partial: true });
    expect(paytmCapabilities.payouts).toMatchObject({
      supported: false,
      reason: expect.stringContaining("contract"),
    });
    const channel = open({});
    expect(channel.payout).toBeUndefined();
    expect(channel.capturePayment).toBeUndefined();
    expect(channel.refund).toBeDefined();
    expect(channel.queryRefund).toBeDefined();
  });

  it("are what is refused before a call", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        const refused = refusalOf({ value, currency: "INR" }) !== undefined;
        expect(refused).toBe(value < 100 || value > 10_000_000);
      }),
    );
    expect(refusalOf({ value: 100.5, currency: "INR" })).toMatchObject({ reason: "amount-not-accepted" });
    expect(refusalOf({ value: 1000, currency: "EUR" })).toMatchObject({ reason: "currency-not-accepted" });
  });
});

describe("the body of a create", () => {
  const input = {
    ...{ paymentId: "pay_01JDA7Q0000000000000000001", money: { value: 105, currency: "INR" }, payer: {} },
    ...{ description: "Top-up", createdAtMs: 0, expiresAtMs: 1 },
  };

  it("depends on the payment alone, and says nothing about the payer", () => {
    const body = initiateBody(paytm.settings.parse(settings), input, "https://api.example/callbacks/paytm");
    expect(body).toEqual({
      ...{ requestType: "Payment", mid: "KITH0001", websiteName: "DEFAULT" },
      ...{ orderId: "01JDA7Q0000000000000000001", callbackUrl: "https://api.example/callbacks/paytm" },
      txnAmount: { value: "1.05", currency: "INR" },
      userInfo: { custId: "01JDA7Q0000000000000000001" },
    });
    expect(paytm.payer.safeParse({ email: "a@example.com" }).success).toBe(false);
  });
});
