import { describe, expect, it } from "vitest";
import type { CreatePaymentInput, PayoutInput } from "../../../../shared/channels/channel.ts";
import type { Plan, WireRequest } from "../../../../shared/channels/plan.ts";
import { wechatPay } from "../../../../shared/channels/wechat-pay/module.ts";
import { plainText, toBeijingTimestamp } from "../../../../shared/channels/wechat-pay/requests.ts";
import { newRsaPair } from "./rsa-keys.ts";

const NOW = Date.parse("2026-11-21T06:00:00Z");
const merchant = newRsaPair();
const provider = newRsaPair();

const settings = {
  ...{ enabled: true, livemode: false, mchId: "1900000109", appId: "wxaaaaaaaaaaaaaaaa" },
  appIds: { jsapi: "wxbbbbbbbbbbbbbbbb" },
  payout: { sceneId: "1000", reportInfos: [{ type: "活动名称", content: "Kith" }] },
};
const keys = {
  merchantPrivateKey: merchant.privatePem,
  merchantSerial: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
  apiV3Key: "0123456789abcdef0123456789ABCDEF",
  platformKeys: { PUB_KEY_ID_0119000001092024: provider.publicPem },
};

function open({ settings: other = {}, keys: otherKeys = {}, bytes = 1 } = {}) {
  return wechatPay.open({
    settings: wechatPay.settings.parse({ ...settings, ...other }),
    keys: wechatPay.keys.parse({ ...keys, ...otherKeys }),
    callbackUrl: "https://api.kith.example/v1/callbacks/wechat-pay",
    tools: { now: () => NOW, bytes: (count) => Buffer.alloc(count, bytes) },
  });
}

/** The request of a plan's first step, made so many times. */
function requestsOf<T>(plan: Plan<T>, count = 1): readonly WireRequest[] {
  const step = plan.next(undefined).value;
  if (typeof step !== "object" || step === null || !("step" in step) || step.step !== "send") {
    throw new Error("the plan does not begin with a request");
  }
  return Array.from({ length: count }, () => step.request());
}

const payment = (payer: Record<string, string>): CreatePaymentInput => ({
  ...{ paymentId: "pay_01JDA7Q0000000000000000001", money: { value: 1230, currency: "CNY" }, payer },
  ...{ description: "Top-up", createdAtMs: NOW, expiresAtMs: NOW + 900_000 },
});
const payout: PayoutInput = {
  ...{ payoutId: "wdr_01JDA7Q0000000000000000003", money: { value: 200_000, currency: "CNY" } },
  recipient: { type: "wechat", openId: "oUpF8uMuAJO", userName: "张三" },
  ...{ remark: "Withdrawal", createdAtMs: NOW },
};
const bodyOf = (request: WireRequest | undefined) => JSON.parse(request?.body ?? "");

describe("the payer's schema", () => {
  it.each([
    [{}, { type: "app" }],
    [{ type: "app" }, { type: "app" }],
    [{ type: "native" }, { type: "native" }],
    [
      { type: "jsapi", openId: "oUpF" },
      { type: "jsapi", openId: "oUpF" },
    ],
    [
      { type: "h5", clientIp: "203.0.113.7", platform: "Wap" },
      { type: "h5", clientIp: "203.0.113.7", platform: "Wap" },
    ],
  ])("takes %o", (payer, parsed) => {
    expect(wechatPay.payer.parse(payer)).toEqual(parsed);
  });

  it.each([
    { type: "micropay" },
    { type: "jsapi" },
    { type: "jsapi", openId: "" },
    { type: "jsapi", openId: "oUpF", clientIp: "203.0.113.7" },
    { type: "app", openId: "oUpF" },
    { openId: "oUpF" },
    { type: "native", platform: "Wap" },
    { type: "h5" },
    { type: "h5", clientIp: "203.0.113.7" },
    { type: "h5", clientIp: "here", platform: "Wap" },
    { type: "h5", clientIp: "203.0.113.7", platform: "wap" },
    { type: "h5", clientIp: "203.0.113.7", platform: "Wap", openId: "oUpF" },
  ])("refuses %o", (payer) => {
    expect(wechatPay.payer.safeParse(payer).success).toBe(false);
  });
});

describe("settings and keys", () => {
  it("have two hosts by default, and no certificates", () => {
    expect(wechatPay.settings.parse(settings)).toMatchObject({
      hosts: ["https://api.mch.weixin.qq.com", "https://api2.mch.weixin.qq.com"],
      certificates: false,
    });
  });

  it.each([
    { hosts: ["http://api.mch.weixin.qq.com"] },
    { hosts: ["https://api.mch.weixin.qq.com/"] },
    { hosts: [] },
    { mchId: "shop" },
    { appId: "" },
    { other: 1 },
    { payout: { sceneId: "1000" } },
  ])("are refused with %o", (other) => {
    expect(wechatPay.settings.safeParse({ ...settings, ...other }).success).toBe(false);
  });

  it.each([
    { merchantPrivateKey: provider.publicPem },
    { merchantSerial: "lower0" },
    { apiV3Key: "short" },
    { platformKeys: { PUB_KEY_ID_1: "no key" } },
    { platformKeys: { "": provider.publicPem } },
  ])("with a key that is none are refused, and the key is not told", (other) => {
    const parsed = wechatPay.keys.safeParse({ ...keys, ...other });
    expect(parsed.success).toBe(false);
    const secrets = [keys.apiV3Key, "short", "no key", "BEGIN"];
    for (const secret of secrets) expect(JSON.stringify(parsed.error?.issues)).not.toContain(secret);
  });

  it("that contradict each other do not open", () => {
    const own = { platformKeys: { [keys.merchantSerial]: merchant.publicPem } };
    expect(() => open({ keys: own })).toThrow("own certificate");
    expect(() => open({ keys: { platformKeys: {} } })).toThrow("public key");
    expect(open({ keys: { platformKeys: {} }, settings: { certificates: true } }).name).toBe("wechat-pay");
  });
});

describe("capabilities", () => {
  it("are the merchant's own", () => {
    const { capabilities } = open({
      settings: { maxFen: 5000, payout: { ...settings.payout, maxFen: 20_000 } },
    });
    expect(capabilities.currencies).toEqual({ CNY: { min: 1, max: 5000, step: 1 } });
    expect(capabilities.payouts).toMatchObject({ currencies: { CNY: { min: 10, max: 20_000 } } });
    expect(open({ settings: { payout: undefined } }).capabilities.payouts.supported).toBe(false);
  });
});

describe("requests", () => {
  it("name the kind of payment's own app, the deadline in Beijing's time, and us", () => {
    const [request] = requestsOf(open().createPayment(payment({ type: "jsapi", openId: "oUpF" })));
    expect(request).toMatchObject({
      ...{ method: "POST", url: "https://api.mch.weixin.qq.com/v3/pay/transactions/jsapi" },
      headers: { "user-agent": "kith", "wechatpay-serial": "PUB_KEY_ID_0119000001092024" },
    });
    expect(bodyOf(request)).toEqual({
      ...{ appid: "wxbbbbbbbbbbbbbbbb", mchid: "1900000109", description: "Top-up" },
      ...{ out_trade_no: "01JDA7Q0000000000000000001", time_expire: "2026-11-21T14:15:00+08:00" },
      notify_url: "https://api.kith.example/v1/callbacks/wechat-pay",
      ...{ amount: { total: 1230, currency: "CNY" }, payer: { openid: "oUpF" } },
    });
  });

  it("go to the hosts in turn, with the same body", () => {
    const requests = requestsOf(open().createPayment(payment({})), 3);
    expect(requests.map(({ url }) => new URL(url).host)).toEqual([
      ...["api.mch.weixin.qq.com", "api2.mch.weixin.qq.com", "api.mch.weixin.qq.com"],
    ]);
    expect(new Set(requests.map(({ body }) => body)).size).toBe(1);
  });

  it("are the same for the same tools, a recipient's name too", () => {
    const plan = () => open().payout?.(payout);
    const twice = [plan(), plan()].map((made) => (made === undefined ? [] : requestsOf(made)));
    expect(twice[0]).toEqual(twice[1]);
    expect(twice[0]).toHaveLength(1);
  });

  it("with other nonces keep a payout's body", () => {
    const bodies = [1, 2].map((bytes) => {
      const plan = open({ bytes }).payout?.(payout);
      return plan === undefined ? undefined : requestsOf(plan)[0]?.body;
    });
    expect(bodies[0]).toBeDefined();
    expect(bodies[0]).toBe(bodies[1]);
  });

  it("carry no name in the clear, and say which key it is encrypted for", () => {
    const plan = open().payout?.(payout);
    const [request] = plan === undefined ? [] : requestsOf(plan);
    expect(request?.body).not.toContain("张三");
    expect(request?.headers["wechatpay-serial"]).toBe("PUB_KEY_ID_0119000001092024");
    expect(bodyOf(request)).toMatchObject({
      ...{ out_bill_no: "01JDA7Q0000000000000000003", transfer_amount: 200_000, transfer_scene_id: "1000" },
      transfer_scene_report_infos: [{ info_type: "活动名称", info_content: "Kith" }],
    });
  });

  it("hold plain text of whole characters", () => {
    expect(plainText("a`b\r\n\tc", 80)).toBe("a'b c");
    expect(plainText("ab😀cd", 3)).toBe("ab");
    expect(plainText("ab😀cd", 4)).toBe("ab😀");
    expect(toBeijingTimestamp(Date.parse("2026-12-31T20:00:00.999Z"))).toBe("2027-01-01T04:00:00+08:00");
  });
});

describe("an action", () => {
  it("signed anew takes the present time; one of another kind stays", () => {
    const channel = open();
    const action = { type: "wechat_h5", h5Url: "https://wx.tenpay.com/x" };
    const ref = { ...payment({}), channelPaymentId: "01JDA7Q0000000000000000001" };
    expect(channel.renewAction?.(action, ref)).toEqual(action);
    const app = {
      ...{ type: "wechat_app", appId: "wxaaaaaaaaaaaaaaaa", partnerId: "1900000109", prepayId: "wx1" },
      ...{ packageValue: "Sign=WXPay", nonceStr: "x", timeStamp: "1", sign: "x" },
    };
    expect(channel.renewAction?.(app, ref)).toMatchObject({ prepayId: "wx1", timeStamp: String(NOW / 1000) });
  });
});
