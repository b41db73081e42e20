import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toReference } from "../../../shared/channels/reference.ts";
import {
  type AlipayWorld,
  CALLBACK_URL,
  cny,
  createAlipayWorld,
  EXPIRY_MS,
  PAYMENT_ID,
  paymentRef,
  plainKeys,
  REFUND_ID,
  refundInput,
  required,
  START,
} from "./alipay-world.ts";

let world: AlipayWorld;
beforeEach(async () => {
  world = await createAlipayWorld();
});
afterEach(() => world.close());

const query = () => world.run(world.channel.queryPayment(paymentRef()));
const close = () => world.run(world.channel.closePayment(paymentRef(), "requested"));

describe("payments in an app", () => {
  it("are created without a call, from the record alone", async () => {
    const created = await world.create();
    expect(world.requests).toEqual([]);
    expect(created).toMatchObject({
      outcome: "ok",
      value: {
        action: { type: "alipay_order_string" },
        fact: {
          ...{ channelPaymentId: toReference(PAYMENT_ID), paymentId: PAYMENT_ID, status: "requires_action" },
          ...{ amount: cny(1230), occurredAtMs: START, livemode: false },
        },
      },
    });
  });

  it("are not known to Alipay before their payer opens the cashier, and lapse unopened", async () => {
    await world.create();
    expect(await query()).toMatchObject({
      value: { status: "requires_action", rawStatus: "TRADE_NOT_EXIST" },
    });
    await world.advance(EXPIRY_MS);
    expect(await query()).toMatchObject({ value: { status: "cancelled", rawStatus: "TRADE_NOT_EXIST" } });
  });

  it("are paid in the cashier", async () => {
    await world.openCashier(await world.create());
    expect(await query()).toMatchObject({
      value: { status: "requires_action", rawStatus: "WAIT_BUYER_PAY" },
    });
    await world.advance(5_000);
    await world.pay();
    expect(await query()).toMatchObject({
      outcome: "ok",
      value: {
        status: "succeeded",
        amount: cny(1230),
        occurredAtMs: START + 5_000,
        transactionId: expect.stringMatching(/^20261121\d{20}$/),
      },
    });
  });

  it("lapse at their deadline, and an order string that lapsed opens nothing", async () => {
    const created = await world.create();
    await world.openCashier(created);
    await world.advance(EXPIRY_MS);
    expect(await query()).toMatchObject({ value: { status: "cancelled", rawStatus: "TRADE_CLOSED" } });
    await expect(world.openCashier(created)).rejects.toThrow("ACQ.INVALID_PARAMETER");
  });

  it("give an app that comes back a freshly signed order string of the same order", async () => {
    const created = await world.create();
    if (created.outcome !== "ok") throw new Error("not created");
    await world.advance(60_000);
    const renewed = required(world.channel.renewAction)(created.value.action, paymentRef());
    expect(renewed.orderString).not.toBe(created.value.action.orderString);
    expect(new URLSearchParams(String(renewed.orderString)).get("timestamp")).toBe("2026-11-21 12:01:00");
    await world.openCashier({ outcome: "ok", value: { ...created.value, action: renewed } });
    await world.pay();
    expect(await query()).toMatchObject({ value: { status: "succeeded" } });
  });
});

describe("payments elsewhere", () => {
  it.each(["wap", "page"])("open the cashier in a browser (%s) and bring it back", async (type) => {
    const created = await world.create({ type });
    expect(created).toMatchObject({ value: { action: { type: "alipay_redirect" } } });
    expect(world.requests).toEqual([]);
    const page = await fetch(await world.openCashier(created));
    expect(await page.text()).toContain("https://app.kith.example/paid");
    await world.pay();
    expect(await query()).toMatchObject({ value: { status: "succeeded" } });
    if (created.outcome !== "ok") return;
    const renewed = required(world.channel.renewAction)(created.value.action, paymentRef());
    expect(new URL(String(renewed.url)).searchParams.get("return_url")).toBe("https://app.kith.example/paid");
  });

  it("are created at Alipay for a QR code, as often as asked", async () => {
    const created = await world.create({ type: "precreate" });
    expect(created).toMatchObject({
      value: {
        action: { type: "alipay_qr", qrCode: expect.stringMatching(/^https:\/\/qr\.alipay\.com\/bax/) },
      },
    });
    expect(await world.create({ type: "precreate" })).toMatchObject({ outcome: "ok" });
    await world.openCashier(created);
    await world.pay();
    expect(await query()).toMatchObject({ value: { status: "succeeded" } });
    expect(await world.create({ type: "precreate" })).toMatchObject({
      ...{ outcome: "declined", reason: "wrong-state", code: "ACQ.TRADE_HAS_SUCCESS" },
    });
  });

  it("are refused by Alipay's limits before anything is sent", async () => {
    const create = (money: { value: number; currency: string }, expiresAtMs = START + EXPIRY_MS) =>
      world.run(
        world.channel.createPayment({
          ...{ paymentId: PAYMENT_ID, money, description: "x", createdAtMs: START, expiresAtMs, payer: {} },
        }),
      );
    expect(await create({ value: 100, currency: "USD" })).toMatchObject({ reason: "currency-not-accepted" });
    expect(await create(cny(0))).toMatchObject({ reason: "amount-not-accepted" });
    expect(await create(cny(10_000_000_001))).toMatchObject({ reason: "amount-not-accepted" });
    expect(await create(cny(100), START)).toMatchObject({ reason: "too-late" });
    expect(world.requests).toEqual([]);
  });
});

describe("closing", () => {
  it("closes what a payer opened, for good", async () => {
    const created = await world.create();
    await world.openCashier(created);
    expect(await close()).toMatchObject({ value: { result: "closed", fact: { status: "cancelled" } } });
    expect(await query()).toMatchObject({ value: { status: "cancelled", rawStatus: "TRADE_CLOSED" } });
    await expect(world.openCashier(created)).rejects.toThrow("ACQ.TRADE_HAS_CLOSE");
    expect(await close()).toMatchObject({ value: { result: "closed" } });
  });

  it("cannot close what nobody opened until it lapses", async () => {
    const created = await world.create();
    expect(await close()).toMatchObject({
      value: { result: "in-progress", fact: { status: "requires_action" } },
    });
    // Why it is not closed: it can still be paid.
    await world.openCashier(created);
    expect(await close()).toMatchObject({ value: { result: "closed" } });
  });

  it("says closed of what nobody opened once it has lapsed", async () => {
    await world.create();
    await world.advance(EXPIRY_MS);
    expect(await close()).toMatchObject({ value: { result: "closed", fact: { status: "cancelled" } } });
  });

  it("comes too late for what was paid", async () => {
    await world.paid();
    expect(await close()).toMatchObject({ value: { result: "already-paid", fact: { status: "succeeded" } } });
  });
});

describe("plain key mode", () => {
  it("does everything else", async () => {
    const plain = await createAlipayWorld(plainKeys);
    await plain.paid();
    expect(await plain.run(plain.channel.queryPayment(paymentRef()))).toMatchObject({
      value: { status: "succeeded" },
    });
    expect(await plain.refund()).toMatchObject({ outcome: "ok" });
    const [callback] = plain.callbacks;
    expect(await plain.verify(callback?.rawBody ?? Buffer.alloc(0))).toMatchObject({ ok: true });
    await plain.close();
  });
});

describe("the callback address", () => {
  it("is part of what is signed for the payer", async () => {
    const created = await world.create();
    const text = created.outcome === "ok" ? String(created.value.action.orderString) : "";
    expect(new URLSearchParams(text).get("notify_url")).toBe(CALLBACK_URL);
    await expect(
      world.openCashier({
        outcome: "ok",
        value: {
          ...(created.outcome === "ok" ? created.value : never()),
          action: { type: "alipay_order_string", orderString: text.replace("api.kith", "api.kitb") },
        },
      }),
    ).rejects.toThrow("isv.invalid-signature");
  });

  it("gets what a refund says under the refund's number", async () => {
    await world.paid();
    await world.refund(230);
    await world.simulator().control.idle();
    expect(world.callbacks).toHaveLength(2);
    expect(await world.verify(world.callbacks[1]?.rawBody ?? Buffer.alloc(0))).toMatchObject({
      ok: true,
      event: { kind: "refund", ref: { refundId: REFUND_ID, paymentId: PAYMENT_ID } },
    });
    expect(refundInput().refundId).toBe(REFUND_ID);
  });
});

function never(): never {
  throw new Error("not created");
}
