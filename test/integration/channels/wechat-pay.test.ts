import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toReference } from "../../../shared/channels/reference.ts";
import {
  APP_ID,
  cny,
  createWechatPayWorld,
  HOUR,
  MERCHANT,
  MINUTE,
  missing,
  okValue,
  PAYMENT_ID,
  paymentRef,
  REFUND_ID,
  refundRef,
  START,
  type WechatPayWorld,
} from "./wechat-pay-world.ts";

let world: WechatPayWorld;
beforeEach(async () => {
  world = await createWechatPayWorld();
});
afterEach(() => world.close());

const reference = toReference(PAYMENT_ID);
const act = (action: "approve" | "decline" | "pend" | "settle" | "abandon") =>
  world.act({ kind: "payment", id: reference, action });
const query = (payment = paymentRef()) => world.run(world.channel.queryPayment(payment));
const close = () => world.run(world.channel.closePayment(paymentRef(), "requested"));
const queryRefund = (id = REFUND_ID) => world.run(world.channel.queryRefund?.(refundRef(id)) ?? missing());

describe("creating a payment", () => {
  it("gives an app its signed parameters, and a fact", async () => {
    expect(await world.create()).toEqual({
      outcome: "ok",
      value: {
        action: {
          type: "wechat_app",
          appId: APP_ID,
          partnerId: MERCHANT,
          prepayId: expect.stringMatching(/^wx\d{14}[0-9a-f]{20}$/),
          packageValue: "Sign=WXPay",
          nonceStr: expect.stringMatching(/^[0-9a-f]{32}$/),
          timeStamp: String(START / 1000),
          sign: expect.stringMatching(/^[0-9A-Za-z+/]{342}==$/),
        },
        fact: {
          channel: "wechat-pay",
          kind: "payment",
          channelPaymentId: reference,
          paymentId: PAYMENT_ID,
          status: "requires_action",
          amount: cny(1230),
          livemode: false,
          occurredAtMs: START,
          rawStatus: "NOTPAY",
        },
      },
    });
  });

  it.each([
    [{ type: "jsapi", openId: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" }, "wechat_jsapi", "prepayId"],
    [{ type: "native" }, "wechat_native", "codeUrl"],
    [{ type: "h5", clientIp: "203.0.113.7", platform: "iOS" }, "wechat_h5", "h5Url"],
    [{ type: "h5", clientIp: "2001:db8::7", platform: "Wap" }, "wechat_h5", "h5Url"],
  ])("goes by what is said of the payer: %o", async (payer, type, member) => {
    const { action } = okValue(await world.create({ payer }));
    expect(action).toMatchObject({ type, [member]: expect.stringMatching(/./) });
  });

  it("made again is the same order and prepay id", async () => {
    const first = okValue(await world.create());
    await world.advance(MINUTE);
    const second = okValue(await world.create());
    expect(second.action.prepayId).toBe(first.action.prepayId);
    expect(world.simulator.control.objects()).toHaveLength(1);
  });

  it("is refused under a number that names another order", async () => {
    await world.create();
    expect(await world.create({ value: 1231 })).toMatchObject({
      outcome: "declined",
      code: "INVALID_REQUEST",
    });
  });

  it("is unknown once it is paid, so that it is queried", async () => {
    await world.create();
    await act("approve");
    expect(await world.create()).toEqual({ outcome: "unknown", detail: "400 ORDERPAID" });
  });

  it("is refused under a number that was closed", async () => {
    await world.create();
    await close();
    expect(await world.create()).toMatchObject({ outcome: "declined", reason: "wrong-state" });
  });

  it("goes to the standby host when the first does not answer", async () => {
    world.deadHosts.add("api.mch.weixin.qq.com");
    expect(await world.create()).toMatchObject({ outcome: "ok" });
    expect(world.requests).toEqual([
      "POST api.mch.weixin.qq.com/v3/pay/transactions/app",
      "POST api2.mch.weixin.qq.com/v3/pay/transactions/app",
    ]);
  });

  it("was not sent when neither host can be reached", async () => {
    world.deadHosts.add("api.mch.weixin.qq.com").add("api2.mch.weixin.qq.com");
    expect(await world.create()).toMatchObject({ outcome: "notSent" });
  });

  it("takes effect once when the first answer is lost", async () => {
    world.simulator.control.failNext({ operation: "transactions/app", kind: "drop-after-effect" });
    expect(await world.create()).toMatchObject({ outcome: "ok" });
    expect(world.simulator.control.objects()).toHaveLength(1);
  });

  it("is unknown when every answer is lost, and sends the same body each time", async () => {
    world.simulator.control.failNext({ operation: "transactions/app", kind: "drop-after-effect", times: 2 });
    expect(await world.create()).toMatchObject({ outcome: "unknown" });
    expect(new Set(world.bodies).size).toBe(1);
  });

  it.each([
    [429, "notSent"],
    [500, "unknown"],
    [503, "unknown"],
    [400, "unknown"],
  ])("answered with an unsigned %d is %s", async (status, outcome) => {
    world.simulator.control.failNext({ operation: "transactions/app", kind: "status", status, times: 2 });
    expect(await world.create()).toMatchObject({ outcome });
  });

  it("was not sent when our signature is refused", async () => {
    const other = world.open({ keys: { merchantSerial: "00112233445566778899AABBCCDDEEFF00112233" } });
    expect(await world.create({}, other)).toEqual({ outcome: "notSent", detail: "401 SIGN_ERROR, unsigned" });
  });

  it("is refused for an app that is not the merchant's", async () => {
    const other = world.open({ settings: { appId: "wx0000000000000000" } });
    expect(await world.create({}, other)).toMatchObject({ code: "APPID_MCHID_NOT_MATCH" });
  });

  it("is refused before the call for another currency and an odd payer", async () => {
    expect(await world.create({ payer: { type: "jsapi" } })).toMatchObject({ outcome: "declined" });
    const plan = world.channel.createPayment({
      ...{ paymentId: PAYMENT_ID, money: { value: 100, currency: "USD" }, description: "x", payer: {} },
      ...{ createdAtMs: START, expiresAtMs: START + HOUR },
    });
    expect(await world.run(plan)).toMatchObject({ reason: "currency-not-accepted" });
    expect(world.requests).toEqual([]);
  });

  it("keeps a description from breaking a bill's rows", async () => {
    okValue(await world.create({ description: "a,`b\nc" }));
    expect(JSON.parse(world.bodies[0] ?? "").description).toBe("a,'b c");
  });
});

describe("a payment's course", () => {
  beforeEach(async () => void (await world.create()));

  it.each([
    ["decline", { status: "requires_action", rawStatus: "PAYERROR", attemptFailed: { code: "PAYERROR" } }],
    ["pend", { status: "processing", rawStatus: "USERPAYING" }],
    ["abandon", { status: "requires_action", rawStatus: "NOTPAY" }],
  ] as const)("after %s", async (action, fact) => {
    await act(action);
    expect(await query()).toMatchObject({ outcome: "ok", value: { ...fact, amount: cny(1230) } });
  });

  it("is paid", async () => {
    await world.advance(MINUTE);
    await act("approve");
    await world.advance(MINUTE);
    expect(await query()).toEqual({
      outcome: "ok",
      value: {
        channel: "wechat-pay",
        kind: "payment",
        channelPaymentId: reference,
        transactionId: expect.stringMatching(/^42000\d{23}$/),
        paymentId: PAYMENT_ID,
        status: "succeeded",
        amount: cny(1230),
        livemode: false,
        occurredAtMs: START + MINUTE,
        rawStatus: "SUCCESS",
      },
    });
  });

  it("can be paid after a failed attempt, and after waiting", async () => {
    await act("decline");
    await act("pend");
    await act("settle");
    expect(await query()).toMatchObject({ value: { status: "succeeded" } });
  });

  it("lapses at its deadline", async () => {
    await world.advance(15 * MINUTE);
    expect(await query()).toMatchObject({ value: { status: "cancelled", rawStatus: "CLOSED" } });
    expect(() => world.simulator.control.act({ kind: "payment", id: reference, action: "approve" })).toThrow(
      "CLOSED",
    );
  });

  it("that the provider does not know is not found", async () => {
    expect(await query(paymentRef("pay_01JDA7Q0000000000000000009"))).toMatchObject({
      ...{ outcome: "declined", reason: "not-found", code: "ORDER_NOT_EXIST" },
    });
  });
});

describe("closing a payment", () => {
  it("ends it", async () => {
    await world.create();
    expect(await close()).toMatchObject({ value: { result: "closed", fact: { status: "cancelled" } } });
    expect(await close()).toMatchObject({ value: { result: "closed", fact: { rawStatus: "CLOSED" } } });
  });

  it("comes too late for one that is paid", async () => {
    await world.create();
    await act("approve");
    expect(await close()).toMatchObject({
      value: { result: "already-paid", fact: { status: "succeeded", amount: cny(1230) } },
    });
  });

  it("has to wait while it is being paid", async () => {
    await world.create();
    await act("pend");
    expect(await close()).toMatchObject({ value: { result: "in-progress", fact: { status: "processing" } } });
  });

  it("does not find what was never created", async () => {
    expect(await close()).toMatchObject({ outcome: "declined", reason: "not-found" });
  });
});

describe("renewing an action", () => {
  it("signs the stored prepay id anew", async () => {
    const { action } = okValue(await world.create());
    await world.advance(MINUTE);
    const renewed = world.channel.renewAction?.(action, paymentRef());
    expect(renewed).toMatchObject({ type: "wechat_app", prepayId: action.prepayId });
    expect(renewed?.timeStamp).toBe(String((START + MINUTE) / 1000));
    expect(renewed?.sign).not.toBe(action.sign);
  });

  it("leaves what is not signed as it is", async () => {
    const { action } = okValue(await world.create({ payer: { type: "native" } }));
    expect(world.channel.renewAction?.(action, paymentRef())).toEqual(action);
  });
});

describe("refunds", () => {
  beforeEach(async () => {
    await world.create();
    await act("approve");
    await world.advance(MINUTE);
  });

  it("are accepted, then succeed", async () => {
    expect(await world.refund()).toEqual({
      outcome: "ok",
      value: {
        ...{ channel: "wechat-pay", kind: "refund", channelRefundId: toReference(REFUND_ID) },
        ...{ refundId: REFUND_ID, status: "processing", amount: cny(1230), livemode: false },
        ...{ occurredAtMs: START + MINUTE, rawStatus: "PROCESSING" },
      },
    });
    await world.advance(3000);
    expect(await queryRefund()).toMatchObject({
      value: { status: "succeeded", occurredAtMs: START + MINUTE + 3000 },
    });
    expect(await query()).toMatchObject({ value: { status: "succeeded", rawStatus: "REFUND" } });
  });

  it("made again are one refund", async () => {
    await world.refund();
    await world.refund();
    const refunds = world.simulator.control.objects().filter(({ kind }) => kind === "refund");
    expect(refunds).toHaveLength(1);
  });

  it("take effect once when the first answer is lost", async () => {
    world.simulator.control.failNext({ operation: "domestic/refunds", kind: "drop-after-effect" });
    expect(await world.refund()).toMatchObject({ outcome: "ok" });
  });

  it.each([
    ["fail", { status: "failed", rawStatus: "CLOSED", failure: { code: "CLOSED" } }],
    ["stall", { status: "needs_attention", rawStatus: "ABNORMAL" }],
    ["succeed", { status: "succeeded", rawStatus: "SUCCESS" }],
  ] as const)("end as the provider says: %s", async (action, fact) => {
    await world.refund();
    await world.act({ kind: "refund", id: toReference(REFUND_ID), action });
    expect(await queryRefund()).toMatchObject({ outcome: "ok", value: fact });
  });

  it("leave a minute between two of one payment", async () => {
    await world.refund({ value: 200 });
    const second = { refundId: "rfd_01JDA7Q0000000000000000008", value: 300 };
    expect(await world.refund(second)).toEqual({
      ...{ outcome: "notSent", retryAfterMs: MINUTE, detail: "429 FREQUENCY_LIMITED" },
    });
    await world.advance(MINUTE);
    expect(await world.refund(second)).toMatchObject({ outcome: "ok", value: { amount: cny(300) } });
  });

  it("need the payment's own total, and money", async () => {
    expect(await world.refund({ value: 100, payment: paymentRef(PAYMENT_ID, 1231) })).toMatchObject({
      ...{ outcome: "declined", reason: "rejected", code: "INVALID_REQUEST" },
    });
    await world.order("balance", { fen: 5 });
    expect(await world.refund()).toMatchObject({
      ...{ outcome: "declined", reason: "insufficient-funds", code: "NOT_ENOUGH" },
    });
  });

  it("never exceed the payment", async () => {
    await world.refund({ value: 1000 });
    await world.advance(MINUTE);
    const second = { refundId: "rfd_01JDA7Q0000000000000000008", value: 231 };
    expect(await world.refund(second)).toMatchObject({ outcome: "declined", code: "INVALID_REQUEST" });
  });

  it("of what is not there are not found", async () => {
    expect(await world.refund({ payment: paymentRef("pay_01JDA7Q0000000000000000009") })).toMatchObject({
      ...{ outcome: "declined", reason: "not-found" },
    });
    expect(await queryRefund()).toMatchObject({ outcome: "declined", code: "RESOURCE_NOT_EXISTS" });
  });
});
