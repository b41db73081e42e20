/** The statement of the simulated Stripe as the product reads it, true and with every error that can be ordered. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { START_MS } from "./stripe-simulator-world.ts";
import {
  type ChannelWorld,
  okValue,
  PAYMENT_ID,
  PAYOUT_ID,
  REFUND_ID,
  startChannelWorld,
} from "./stripe-world.ts";

const DAY = "2026-01-15";
const NEXT_DAY = "2026-01-16";
const DAY_MS = 86_400_000;

let world: ChannelWorld;
let ids: { readonly payment: string; readonly refund: string; readonly payout: string };
beforeEach(async () => {
  world = await startChannelWorld();
  ids = await aDay();
  await world.advance(DAY_MS);
});
afterEach(() => world.close());

/** A payment, a refund of a part of it, and a payout. */
async function aDay() {
  const money = (value: number) => ({ value, currency: "USD" });
  const common = { createdAtMs: START_MS, expiresAtMs: START_MS + 3_600_000 };
  const created = await world.run(
    world.channel.createPayment({
      ...common,
      paymentId: PAYMENT_ID,
      money: money(1230),
      description: "Tea",
      payer: {},
    }),
  );
  const { channelPaymentId } = okValue(created).fact;
  world.control.act({ kind: "payment", id: channelPaymentId, action: "approve" });
  const refund = await world.run(
    world.channel.refund({
      refundId: REFUND_ID,
      payment: { ...common, paymentId: PAYMENT_ID, channelPaymentId, money: money(1230) },
      money: money(230),
      refundedBefore: 0,
      reason: "",
    }),
  );
  const payout = await world.run(
    world.channel.payout({
      payoutId: PAYOUT_ID,
      recipient: { type: "stripe_account", accountId: "acct_payee1" },
      money: money(500),
      remark: "Withdrawal",
      createdAtMs: START_MS,
    }),
  );
  return {
    payment: channelPaymentId,
    refund: okValue(refund).channelRefundId,
    payout: okValue(payout).fact.channelPayoutId,
  };
}

/** The lines of a day as kind, our id, amount and fee. */
const brief = async (day = DAY) =>
  (await world.statement(day)).map(({ kind, ourId, amount, fee }) => [kind, ourId, amount.value, fee]);

const PAYMENT = ["payment", PAYMENT_ID, 1230, 66];
const REFUND = ["refund", REFUND_ID, 230, 0];
const PAYOUT = ["payout", PAYOUT_ID, 500, 0];

describe("the statement of a day", () => {
  it("has every movement with our ids, newest first", async () => {
    expect(await brief()).toEqual([PAYOUT, REFUND, PAYMENT]);
    expect((await world.statement(DAY)).at(-1)).toEqual({
      kind: "payment",
      ourId: PAYMENT_ID,
      channelPaymentId: ids.payment,
      transactionId: expect.stringMatching(/^txn_/),
      amount: { value: 1230, currency: "USD" },
      fee: 66,
      occurredAtMs: START_MS,
      rawType: "charge",
    });
    expect(await brief("2026-01-14")).toEqual([]);
  });

  it("is not ready on the day itself", async () => {
    const { kind } = okValue(await world.run(world.channel.openStatement(NEXT_DAY)));
    expect(kind).toBe("not-ready");
  });

  it("has what disputes, failed refunds and reversals move", async () => {
    world.control.act({ kind: "refund", id: ids.refund, action: "fail" });
    world.control.act({ kind: "payout", id: ids.payout, action: "return" });
    world.control.act({ kind: "dispute", id: ids.payment, action: "open" });
    world.control.act({ kind: "dispute", id: ids.payment, action: "win" });
    await world.advance(DAY_MS);
    expect(await brief(NEXT_DAY)).toEqual([
      ["other", undefined, 1230, 0],
      ["dispute", undefined, 1230, 1500],
      ["payout-return", PAYOUT_ID, 500, 0],
      ["other", REFUND_ID, 230, 0],
    ]);
  });

  it("is read to its end, page by page", async () => {
    const peer = world.peer();
    for (let number = 0; number < 205; number += 1)
      await peer.transfers.create({ amount: 100 + number, currency: "usd", destination: "acct_payee2" });
    await world.advance(DAY_MS);
    const lines = await world.statement(NEXT_DAY);
    expect(lines.map(({ amount }) => amount.value)).toEqual(
      Array.from({ length: 205 }, (_, index) => 304 - index),
    );
    expect(new Set(lines.map(({ transactionId }) => transactionId)).size).toBe(205);
  });
});

describe("a statement that is wrong", () => {
  it("lacks a line", async () => {
    world.control.spoilStatement({ fault: "missing", id: ids.payment });
    expect(await brief()).toEqual([PAYOUT, REFUND]);
  });

  it("has a line on a later day", async () => {
    world.control.spoilStatement({ fault: "late", id: ids.refund, days: 1 });
    await world.advance(DAY_MS);
    expect([await brief(), await brief(NEXT_DAY)]).toEqual([[PAYOUT, PAYMENT], [REFUND]]);
  });

  it("has another amount, whichever way it moved", async () => {
    world.control.spoilStatement({ fault: "amount", id: ids.payment, by: 1 });
    world.control.spoilStatement({ fault: "amount", id: ids.payout, by: -1 });
    expect(await brief()).toEqual([["payout", PAYOUT_ID, 499, 0], REFUND, ["payment", PAYMENT_ID, 1231, 66]]);
  });

  it("has another fee", async () => {
    world.control.spoilStatement({ fault: "fee", id: ids.payment, by: 4 });
    expect(await brief()).toEqual([PAYOUT, REFUND, ["payment", PAYMENT_ID, 1230, 70]]);
  });

  it("has a line too many", async () => {
    world.control.spoilStatement({ fault: "extra", day: DAY, amount: 777 });
    const lines = await brief();
    expect(lines).toContainEqual(["payment", undefined, 777, 0]);
    expect(lines).toHaveLength(4);
  });

  it("cannot be had while Stripe fails", async () => {
    world.control.failNext({ operation: "GET /v1/balance_transactions", kind: "status", status: 500 });
    await expect(world.statement(DAY)).rejects.toThrow("unknown");
    expect(await brief()).toHaveLength(3);
  });
});
