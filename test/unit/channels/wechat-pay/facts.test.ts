import { describe, expect, it } from "vitest";
import type { PaymentRef } from "../../../../shared/channels/channel.ts";
import { readPayment, readPayout, readRefund } from "../../../../shared/channels/wechat-pay/facts.ts";
import { WechatPaySettingsSchema } from "../../../../shared/channels/wechat-pay/settings.ts";

const settings = WechatPaySettingsSchema.parse({
  ...{ enabled: true, livemode: true, mchId: "1900000109", appId: "wxaaaaaaaaaaaaaaaa" },
  appIds: { jsapi: "wxbbbbbbbbbbbbbbbb" },
});
const AT = Date.parse("2026-11-21T06:00:00Z");
const context = { settings, atMs: AT };
const PAYMENT = "01JDA7Q0000000000000000001";
const payment: PaymentRef = {
  ...{ paymentId: `pay_${PAYMENT}`, channelPaymentId: PAYMENT, createdAtMs: 0, expiresAtMs: 1 },
  money: { value: 1230, currency: "CNY" },
};
const paid = {
  ...{ appid: "wxaaaaaaaaaaaaaaaa", mchid: "1900000109", out_trade_no: PAYMENT, trade_type: "APP" },
  ...{ transaction_id: "4200001", trade_state: "SUCCESS", success_time: "2026-11-21T13:59:00+08:00" },
  amount: { total: 1230, payer_total: 1000, currency: "CNY" },
};
const read = (changed: object) => readPayment({ ...paid, ...changed }, payment, context);
const problem = { problem: expect.any(String) };

describe("an order", () => {
  it("that is paid has the order's amount, not what coupons left to pay", () => {
    expect(read({})).toEqual({
      fact: {
        ...{ channel: "wechat-pay", kind: "payment", channelPaymentId: PAYMENT, paymentId: `pay_${PAYMENT}` },
        ...{ transactionId: "4200001", status: "succeeded", rawStatus: "SUCCESS", livemode: true },
        amount: { value: 1230, currency: "CNY" },
        occurredAtMs: AT - 60_000,
      },
    });
  });

  it.each([
    ["NOTPAY", "requires_action"],
    ["USERPAYING", "processing"],
    ["ACCEPT", "processing"],
    ["REFUND", "succeeded"],
    ["CLOSED", "cancelled"],
    ["REVOKED", "cancelled"],
    ["PAYERROR", "requires_action"],
  ])("in state %s is %s", (trade_state, status) => {
    expect(read({ trade_state })).toMatchObject({ fact: { status, rawStatus: trade_state } });
  });

  it("whose attempt failed can be tried again, but for barcodes", () => {
    expect(read({ trade_state: "PAYERROR", trade_state_desc: "x" })).toMatchObject({
      fact: { attemptFailed: { code: "PAYERROR", message: "x" } },
    });
    expect(read({ trade_state: "PAYERROR", trade_type: "MICROPAY" })).toMatchObject({
      fact: { status: "failed" },
    });
  });

  it("that is not paid may lack times, ids and the currency", () => {
    const { transaction_id: _, success_time: __, amount: ___, ...open } = paid;
    const body = { ...open, trade_state: "NOTPAY" };
    expect(readPayment(body, payment, context)).toMatchObject({
      fact: { amount: payment.money, occurredAtMs: AT },
    });
    expect(readPayment({ ...body, amount: { total: 1231 } }, payment, context)).toMatchObject({
      fact: { amount: { value: 1231, currency: "CNY" } },
    });
  });

  it("reports another amount or currency as it is", () => {
    expect(read({ amount: { total: 1, currency: "HKD" } })).toMatchObject({
      fact: { amount: { value: 1, currency: "HKD" } },
    });
  });

  it.each([
    ["of another merchant", { mchid: "1900000110" }],
    ["of another app", { appid: "wxcccccccccccccccc" }],
    ["other than asked for", { out_trade_no: "01JDA7Q0000000000000000009" }],
    ["in an unknown state", { trade_state: "NEW" }],
    ["in a state that objects are born with", { trade_state: "constructor" }],
    ["paid without an amount", { amount: undefined }],
    ["paid without a currency", { amount: { total: 1230 } }],
    ["with a broken amount", { amount: { total: 12.3, currency: "CNY" } }],
    ["with a broken time", { success_time: "2026-11-21 13:59:00" }],
  ])("%s is no fact", (_what, changed) => {
    expect(read(changed)).toEqual(problem);
  });

  it("is taken under any of the merchant's apps", () => {
    expect(read({ appid: "wxbbbbbbbbbbbbbbbb" })).toHaveProperty("fact");
  });

  it.each([undefined, null, "", [], {}])("is not %j", (body) => {
    expect(readPayment(body, payment, context)).toEqual(problem);
  });
});

describe("a refund", () => {
  const REFUND = "01JDA7Q0000000000000000002";
  const asked = { channelRefundId: REFUND, payment };
  const body = {
    ...{ refund_id: "5000001", out_refund_no: REFUND, out_trade_no: PAYMENT, status: "SUCCESS" },
    ...{ success_time: "2026-11-21T13:59:00+08:00", amount: { refund: 500, total: 1230, currency: "CNY" } },
  };
  const readIt = (changed: object) => readRefund({ ...body, ...changed }, asked, context);

  it.each([
    ["PROCESSING", "processing"],
    ["SUCCESS", "succeeded"],
    ["CLOSED", "failed"],
    ["ABNORMAL", "needs_attention"],
  ])("in state %s is %s", (status, neutral) => {
    const result = readIt({ status });
    const amount = { value: 500, currency: "CNY" };
    expect(result).toMatchObject({ fact: { status: neutral, refundId: `rfd_${REFUND}`, amount } });
    expect("fact" in result && "failure" in result.fact).toBe(
      ["failed", "needs_attention"].includes(neutral),
    );
  });

  it.each([
    ["another refund", { out_refund_no: "x" }],
    ["another order's", { out_trade_no: "x" }],
    ["in an unknown state", { status: "NEW" }],
    ["without an amount", { amount: undefined }],
  ])("is no fact when it is %s", (_what, changed) => {
    expect(readIt(changed)).toEqual(problem);
  });
});

describe("a transfer", () => {
  const PAYOUT = "01JDA7Q0000000000000000003";
  const payout = { payoutId: `wdr_${PAYOUT}`, money: { value: 5000, currency: "CNY" } };
  const body = {
    ...{ mch_id: "1900000109", out_bill_no: PAYOUT, transfer_bill_no: "1330001", state: "SUCCESS" },
    ...{ transfer_amount: 5000, create_time: "2026-11-21T13:00:00+08:00" },
  };
  const readIt = (changed: object, answer: "query" | "create" | "cancel" = "query") =>
    readPayout({ ...body, ...changed }, payout, answer, context);

  it.each([
    ["ACCEPTED", "processing"],
    ["PROCESSING", "processing"],
    ["WAIT_USER_CONFIRM", "requires_action"],
    ["TRANSFERING", "processing"],
    ["SUCCESS", "succeeded"],
    ["FAIL", "failed"],
    ["CANCELING", "processing"],
    ["CANCELLED", "cancelled"],
  ])("in state %s is %s", (state, status) => {
    expect(readIt({ state })).toMatchObject({ fact: { fact: { status, payoutId: `wdr_${PAYOUT}` } } });
  });

  it("hands out what confirms it only while it waits", () => {
    const package_info = "package";
    expect(readIt({ state: "WAIT_USER_CONFIRM", package_info }, "create")).toMatchObject({
      fact: { packageInfo: "package" },
    });
    expect(readIt({ state: "SUCCESS", package_info }, "create")).not.toMatchObject({
      fact: { packageInfo: "package" },
    });
  });

  it("names its failure", () => {
    expect(readIt({ state: "FAIL", fail_reason: "NAME_NOT_CORRECT" })).toMatchObject({
      fact: { fact: { failure: { code: "NAME_NOT_CORRECT" } } },
    });
  });

  it("may lack merchant and amount where only a query has them", () => {
    const short = { mch_id: undefined, transfer_amount: undefined };
    expect(readIt(short, "create")).toMatchObject({ fact: { fact: { amount: payout.money } } });
    expect(readIt(short, "cancel")).toHaveProperty("fact");
    expect(readIt({ mch_id: undefined })).toEqual(problem);
    expect(readIt({ transfer_amount: undefined })).toEqual(problem);
  });

  it.each([
    ["another merchant's", { mch_id: "1900000110" }],
    ["another transfer", { out_bill_no: "x" }],
    ["in an unknown state", { state: "NEW" }],
  ])("is no fact when it is %s", (_what, changed) => {
    expect(readIt(changed, "create")).toEqual(problem);
  });
});
