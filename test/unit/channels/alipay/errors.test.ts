import { describe, expect, it } from "vitest";
import { alipayCapabilities, capabilitiesOf } from "../../../../shared/channels/alipay/capabilities.ts";
import { failureOf } from "../../../../shared/channels/alipay/errors.ts";
import {
  payoutFact,
  queriedRefundFact,
  refundedFact,
  tradeFact,
} from "../../../../shared/channels/alipay/facts.ts";
import { alipay } from "../../../../shared/channels/alipay/module.ts";
import { gatewayOf } from "../../../../shared/channels/alipay/settings.ts";
import { toReference } from "../../../../shared/channels/reference.ts";

const NOW = Date.parse("2026-11-21T04:00:00Z");
const context = { livemode: true, nowMs: NOW };
const money = { value: 1230, currency: "CNY" };
const payment = {
  ...{ paymentId: "pay_01JDA7Q0000000000000000001", money, createdAtMs: NOW, expiresAtMs: NOW + 900_000 },
  channelPaymentId: toReference("pay_01JDA7Q0000000000000000001"),
};

const failure = (code: string, subCode: string, earlierMayCount = false) =>
  failureOf({ kind: "refused", code, subCode, earlierMayCount });

describe("refusals", () => {
  it.each([
    ["40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH", "insufficient-funds"],
    ["40004", "ACQ.TRADE_HAS_FINISHED", "too-late"],
    ["40004", "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL", "amount-not-accepted"],
    ["40004", "PAYEE_NOT_EXIST", "recipient-not-accepted"],
    ["40004", "ORDER_NOT_EXIST", "not-found"],
    ["40001", "isv.missing-biz-content", "rejected"],
    ["40002", "isv.invalid-biz-content", "rejected"],
  ])("%s %s are final", (code, subCode, reason) => {
    expect(failure(code, subCode)).toEqual({ outcome: "declined", reason, code: subCode });
  });

  it.each([
    ["20000", "isp.unknow-error"],
    ["20000", ""],
    ["40004", "ACQ.SYSTEM_ERROR"],
    ["40004", "SYSTEM_ERROR"],
    ["40004", "ACQ.DISCORDANT_REPEAT_REQUEST"],
    ["40004", "PAYMENT_INFO_INCONSISTENCY"],
    ["40004", "ACQ.NEVER_HEARD_OF"],
    ["40004", ""],
    ["99999", "ACQ.TRADE_NOT_EXIST"],
    ["", ""],
  ])("%s %s leave it open whether money moved", (code, subCode) => {
    expect(failure(code, subCode)).toMatchObject({ outcome: "unknown" });
  });

  it.each([
    ["40002", "isv.invalid-signature"],
    ["40002", "isv.invalid-app-id"],
    ["40006", "isv.insufficient-isv-permissions"],
    ["20001", "aop.invalid-app-auth-token"],
    ["40005", "isv.app-call-limited"],
  ])("%s %s never reached the business, unless an earlier attempt did", (code, subCode) => {
    expect(failure(code, subCode)).toMatchObject({ outcome: "notSent" });
    expect(failure(code, subCode, true)).toMatchObject({ outcome: "unknown" });
  });

  it("of a repetition do not speak for the first attempt", () => {
    expect(failure("40004", "ACQ.SELLER_BALANCE_NOT_ENOUGH", true)).toMatchObject({ outcome: "unknown" });
  });

  it("for calling too often say when to come back", () => {
    expect(failure("40005", "")).toMatchObject({ outcome: "notSent", retryAfterMs: 5_000 });
  });
});

describe("a trade", () => {
  const node = {
    ...{ out_trade_no: payment.channelPaymentId, trade_no: "T1", total_amount: "12.30" },
    ...{ trade_status: "TRADE_SUCCESS", send_pay_date: "2026-11-21 11:59:00" },
  };
  const read = (changes: object) => tradeFact({ ...node, ...changes }, payment, context);

  it.each([
    [{}, "succeeded"],
    [{ trade_status: "TRADE_FINISHED" }, "succeeded"],
    [{ trade_status: "TRADE_CLOSED" }, "succeeded"],
    [{ trade_status: "TRADE_CLOSED", send_pay_date: "" }, "cancelled"],
    [{ trade_status: "WAIT_BUYER_PAY", send_pay_date: undefined }, "requires_action"],
  ])("that says %j is %s", (changes, status) => {
    expect(read(changes)).toMatchObject({ status, livemode: true, transactionId: "T1" });
  });

  it("is dated by its payment, in Beijing's time", () => {
    expect(read({})).toMatchObject({ occurredAtMs: NOW - 60_000 });
    expect(read({ trade_status: "WAIT_BUYER_PAY", send_pay_date: "" })).toMatchObject({ occurredAtMs: NOW });
  });

  it("reports its amount as it is, for the caller to compare", () => {
    expect(read({ total_amount: "12.31" })).toMatchObject({ amount: { value: 1231, currency: "CNY" } });
  });

  it.each([
    { out_trade_no: "another" },
    { out_trade_no: undefined },
    { trade_status: "TRADE_SOMETHING" },
    { total_amount: "12.305" },
    { total_amount: "1e3" },
    { total_amount: "-1.00" },
    { total_amount: undefined },
  ])("that says %j is not believed", (changes) => {
    expect(read(changes)).toBeUndefined();
  });
});

describe("a refund", () => {
  const numbers = { trade: "O1", request: "R1" };
  const done = { out_trade_no: "O1", fund_change: "Y", refund_fee: "5.00" };
  const asked = { value: 230, currency: "CNY" };
  const read = (changes: object) => refundedFact({ ...done, ...changes }, numbers, asked, context);

  it("moved what was asked, whatever all refunds of the trade come to", () => {
    expect(read({})).toMatchObject({ status: "succeeded", amount: asked, channelRefundId: "R1" });
  });

  it.each([
    { fund_change: "N" },
    { fund_change: undefined },
    { out_trade_no: "O2" },
    { refund_fee: "2.29" },
    { refund_fee: undefined },
  ])("that says %j is asked about", (changes) => {
    expect(read(changes)).toBeUndefined();
  });

  it("is told by the query with its own amount", () => {
    const node = {
      out_trade_no: "O1",
      out_request_no: "R1",
      refund_amount: "2.30",
      refund_status: "REFUND_SUCCESS",
    };
    expect(queriedRefundFact(node, numbers, context)).toMatchObject({ status: "succeeded", amount: asked });
    expect(queriedRefundFact({ ...node, refund_status: "" }, numbers, context)).toBe("none");
    expect(queriedRefundFact({}, numbers, context)).toBe("none");
    expect(queriedRefundFact({ ...node, out_request_no: "R2" }, numbers, context)).toBeUndefined();
    expect(queriedRefundFact({ ...node, refund_status: "REFUND_ODD" }, numbers, context)).toBeUndefined();
    expect(queriedRefundFact({ ...node, refund_amount: "" }, numbers, context)).toBeUndefined();
  });
});

describe("a transfer", () => {
  const read = (changes: object) =>
    payoutFact({ out_biz_no: "P1", status: "SUCCESS", ...changes }, { number: "P1", money }, context);

  it.each([
    ["SUCCESS", "succeeded"],
    ["WAIT_PAY", "processing"],
    ["DEALING", "processing"],
    ["FAIL", "failed"],
    ["CLOSED", "failed"],
    ["REFUND", "returned"],
  ])("that is %s is %s", (status, expected) => {
    expect(read({ status })).toMatchObject({ status: expected, amount: money, rawStatus: status });
  });

  it("has the amount that Alipay names", () => {
    expect(read({ trans_amount: "12.31" })).toMatchObject({ amount: { value: 1231 } });
    expect(read({ trans_amount: "many" })).toBeUndefined();
  });

  it("of another number or an unheard state is not believed", () => {
    expect(read({ out_biz_no: "P2" })).toBeUndefined();
    expect(read({ status: "SOLD" })).toBeUndefined();
  });
});

describe("the module", () => {
  it("offers payouts with certificates alone", () => {
    expect(capabilitiesOf("certificates")).toBe(alipayCapabilities);
    expect(capabilitiesOf("key")).toEqual({
      ...alipayCapabilities,
      payouts: { supported: false, reason: expect.stringContaining("certificates") },
      // Without payouts the bill that has them is not read.
      statement: { ...alipayCapabilities.statement, covers: ["payment", "refund"] },
    });
    expect(alipayCapabilities.statement).not.toHaveProperty("covers");
  });

  it("takes an app for the way to pay when nothing is said, and no other ways", () => {
    expect(alipay.payer.parse({})).toEqual({ type: "app" });
    expect(alipay.payer.safeParse({ type: "face" }).success).toBe(false);
    expect(alipay.payer.safeParse({ type: "wap", openId: "x" }).success).toBe(false);
  });

  it.each([
    [{ livemode: true }, "https://openapi.alipay.com/gateway.do"],
    [{ livemode: false }, "https://openapi-sandbox.dl.alipaydev.com/gateway.do"],
    [{ livemode: false, gateway: "https://gateway.example/x" }, "https://gateway.example/x"],
  ])("speaks to the gateway of %j", (more, expected) => {
    const base = { enabled: true, appId: "2021000000000001", sellerId: "2088000000000001" };
    expect(gatewayOf(alipay.settings.parse({ ...base, ...more }))).toBe(expected);
    expect(alipay.settings.safeParse({ ...base, ...more, appId: "1" }).success).toBe(false);
  });

  it.each([
    [{ type: "alipay_login", loginId: "a@b.cn", name: "王" }, true],
    [{ type: "alipay_login", loginId: "a@b.cn", name: " " }, false],
    [{ type: "alipay_login", loginId: "a@b.cn" }, false],
    [{ type: "alipay_user", userId: "2088123456789012" }, true],
    [{ type: "alipay_user", userId: "with space 0123456" }, false],
    [{ type: "alipay_card", userId: "2088123456789012" }, false],
  ])("takes recipients: %j %s", (recipient, expected) => {
    expect(alipay.recipients.some((shape) => shape.safeParse(recipient).success)).toBe(expected);
  });
});
