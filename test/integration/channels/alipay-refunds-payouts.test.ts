import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toReference } from "../../../shared/channels/reference.ts";
import {
  type AlipayWorld,
  cny,
  createAlipayWorld,
  PAYMENT_ID,
  PAYOUT_ID,
  paymentRef,
  payoutInput,
  plainKeys,
  REFUND_ID,
  refundRef,
  required,
} from "./alipay-world.ts";

let world: AlipayWorld;
beforeEach(async () => {
  world = await createAlipayWorld();
});
afterEach(() => world.close());

const query = () => world.run(world.channel.queryPayment(paymentRef()));

describe("refunds", () => {
  const queryRefund = (value = 1230, id = REFUND_ID) =>
    world.run(required(world.channel.queryRefund)(refundRef(value, id)));

  it("are done at once, and a repetition is the same refund", async () => {
    await world.paid();
    expect(await queryRefund()).toMatchObject({ outcome: "declined", reason: "not-found" });
    const value = {
      status: "succeeded",
      amount: cny(1230),
      refundId: REFUND_ID,
      channelRefundId: toReference(REFUND_ID),
    };
    expect(await world.refund()).toMatchObject({ outcome: "ok", value });
    expect(await world.refund()).toMatchObject({
      outcome: "ok",
      value: { ...value, rawStatus: "REFUND_SUCCESS" },
    });
    expect(await queryRefund()).toMatchObject({ outcome: "ok", value });
  });

  it("leave a payment that was paid looking paid, even refunded in full", async () => {
    await world.paid();
    await world.refund();
    expect(await query()).toMatchObject({ value: { status: "succeeded", rawStatus: "TRADE_CLOSED" } });
  });

  it("can be partial, three seconds apart, up to what was paid", async () => {
    const second = "rfd_01JDA7Q0000000000000000005";
    await world.paid();
    expect(await world.refund(230)).toMatchObject({ value: { amount: cny(230) } });
    expect(await world.refund(500, second)).toMatchObject({ outcome: "unknown" });
    await world.advance(3_000);
    expect(await world.refund(500, second)).toMatchObject({ value: { amount: cny(500) } });
    await world.advance(3_000);
    expect(await world.refund(501, "rfd_01JDA7Q0000000000000000006")).toMatchObject({
      ...{ outcome: "declined", reason: "amount-not-accepted" },
    });
    expect(await query()).toMatchObject({ value: { status: "succeeded", rawStatus: "TRADE_SUCCESS" } });
  });

  it("with another amount under a used number are in doubt, not refused", async () => {
    await world.paid();
    await world.refund(230);
    await world.advance(3_000);
    expect(await world.refund(231)).toMatchObject({ outcome: "unknown" });
  });

  it("are refused for what is unpaid, unknown or finished", async () => {
    expect(await world.refund()).toMatchObject({ outcome: "declined", reason: "not-found" });
    await world.openCashier(await world.create());
    expect(await world.refund()).toMatchObject({ outcome: "declined", reason: "wrong-state" });
    await world.pay();
    world.simulator().control.act({ kind: "payment", id: toReference(PAYMENT_ID), action: "settle" });
    expect(await world.refund()).toMatchObject({ outcome: "declined", reason: "too-late" });
    expect(await query()).toMatchObject({ value: { status: "succeeded", rawStatus: "TRADE_FINISHED" } });
  });

  it("survive a lost answer: the transport repeats, and the query within the plan settles it", async () => {
    await world.paid();
    world.simulator().control.failNext({ operation: "alipay.trade.refund", kind: "drop-after-effect" });
    expect(await world.refund()).toMatchObject({ outcome: "ok", value: { rawStatus: "REFUND_SUCCESS" } });
    expect(world.requests).toEqual([
      "alipay.trade.app.pay",
      "alipay.trade.refund",
      "alipay.trade.refund",
      "alipay.trade.fastpay.refund.query",
    ]);
  });
});

describe("payouts", () => {
  const queryPayout = () => world.run(required(world.channel.queryPayout)({ ...payoutInput() }));
  const act = (action: "succeed" | "fail" | "return") =>
    world.simulator().control.act({ kind: "payout", id: toReference(PAYOUT_ID), action });

  it("arrive at once, once, and may come back", async () => {
    const value = { status: "succeeded", amount: cny(5000), payoutId: PAYOUT_ID };
    expect(await queryPayout()).toMatchObject({ outcome: "declined", reason: "not-found" });
    expect(await world.payout()).toMatchObject({ outcome: "ok", value: { fact: value } });
    expect(await world.payout()).toMatchObject({ outcome: "ok", value: { fact: value } });
    expect(world.simulator().control.objects()).toHaveLength(1);
    act("return");
    expect(await queryPayout()).toMatchObject({ value: { status: "returned", rawStatus: "REFUND" } });
  });

  it("can take a while, and fail", async () => {
    const slow = { type: "alipay_login", loginId: "slow@example.com", name: "王" };
    expect(await world.payout(slow)).toMatchObject({ value: { fact: { status: "processing" } } });
    act("fail");
    expect(await queryPayout()).toMatchObject({
      value: { status: "failed", failure: { code: "PAYEE_STATUS_ERROR", message: "payee cannot receive" } },
    });
  });

  it("go to users by number, too", async () => {
    expect(await world.payout({ type: "alipay_user", userId: "2088123456789012" })).toMatchObject({
      outcome: "ok",
    });
  });

  it.each([
    [{ type: "alipay_login", loginId: "missing@example.com", name: "王" }, 5000, "recipient-not-accepted"],
    [
      { type: "alipay_login", loginId: "w@example.com", name: "Somebody Else" },
      5000,
      "recipient-not-accepted",
    ],
    [{ type: "alipay_login", loginId: "w@example.com", name: "王" }, 9, "amount-not-accepted"],
  ])("are refused: %j %i", async (recipient, value, reason) => {
    expect(await world.payout(recipient, value)).toMatchObject({ outcome: "declined", reason });
  });

  it("are refused when the merchant's account is short, and in doubt when their number means another", async () => {
    for (let number = 0; number < 20; number += 1) {
      await world.payout(
        undefined,
        5_000_000,
        `wdr_01JDA7Q00000000000000001${String(number).padStart(2, "0")}`,
      );
    }
    expect(await world.payout()).toMatchObject({ outcome: "declined", reason: "insufficient-funds" });
    expect(await world.payout(undefined, 1234, "wdr_01JDA7Q0000000000000000100")).toMatchObject({
      outcome: "unknown",
    });
  });

  it("need certificates", async () => {
    const plain = await createAlipayWorld(plainKeys);
    expect(plain.channel.payout).toBeUndefined();
    expect(plain.channel.capabilities.payouts).toMatchObject({ supported: false });
    expect(await plain.run(required(plain.channel.queryPayout)({ ...payoutInput() }))).toMatchObject({
      outcome: "notSent",
    });
    await plain.close();
  });
});
