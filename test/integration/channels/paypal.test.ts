import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toReference } from "../../../shared/channels/reference.ts";
import { DAY, HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import { createWorld, okValue, settings, type World } from "./paypal-world.ts";

let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(() => world.close());

const sentTo = (part: string) => world.sent.filter(({ url }) => url.includes(part));
const fail = (operation: string, kind: "drop-before-effect" | "drop-after-effect", times = 1) =>
  world.simulator.control.failNext({ operation, kind, times });
const failWith = (operation: string, status: number, times = 1) =>
  world.simulator.control.failNext({ operation, kind: "status", status, times });

describe("a payment at PayPal", () => {
  it("is an order with our reference, approved on a page and captured by us", async () => {
    const { input, action, fact, ref } = await world.create();
    expect(fact).toMatchObject({
      channel: "paypal",
      paymentId: input.paymentId,
      status: "requires_action",
      amount: { value: 1230, currency: "USD" },
      livemode: false,
      occurredAtMs: world.now(),
    });
    const page = world.simulator.control.objects()[0]?.page;
    expect(action).toEqual({ type: "paypal_approval", orderId: fact.channelPaymentId, approvalUrl: page });
    const [order] = sentTo("/v2/checkout/orders");
    expect(order?.headers.get("paypal-request-id")).toBe(toReference(input.paymentId));
    const unit = { custom_id: toReference(input.paymentId), invoice_id: toReference(input.paymentId) };
    expect(JSON.parse(order?.body ?? "")).toMatchObject({ intent: "CAPTURE", purchase_units: [unit] });

    const chosen = await fetch(String(action["approvalUrl"]), {
      method: "POST",
      body: new URLSearchParams({ action: "approve" }),
    });
    const token = `token=${fact.channelPaymentId}`;
    expect(chosen.headers.get("refresh")).toContain(`${settings.returnUrl}?${token}`);
    expect(okValue(await world.run(world.channel.queryPayment(ref)))).toMatchObject({
      status: "requires_capture",
    });

    const captured = okValue(await world.capture(ref));
    expect(captured).toMatchObject({
      status: "succeeded",
      rawStatus: "COMPLETED",
      paymentId: input.paymentId,
    });
    expect(captured.transactionId).toMatch(/^[0-9A-Z]{17}$/);
    const paidRef = world.refOf(input, captured);
    expect(okValue(await world.run(world.channel.queryPayment(paidRef)))).toEqual(captured);
    expect(sentTo("/v2/payments/captures/")).toHaveLength(1);
  });

  it("asks for one token for many calls, and for another before the first ends", async () => {
    const { ref } = await world.create();
    await world.run(world.channel.queryPayment(ref));
    expect(sentTo("/oauth2/token")).toHaveLength(1);
    await world.advance(9 * HOUR - 5 * MINUTE);
    await world.run(world.channel.queryPayment(ref));
    expect(sentTo("/oauth2/token")).toHaveLength(2);
  });

  it("renews a token once that ended before its time, and then gives up without effect", async () => {
    const { ref } = await world.create();
    failWith("GET /v2/checkout", 401);
    expect(await world.run(world.channel.queryPayment(ref))).toMatchObject({ outcome: "ok" });
    expect(sentTo("/oauth2/token")).toHaveLength(2);
    failWith("POST /v2/checkout", 401, 2);
    expect(await world.run(world.channel.createPayment(world.aPayment()))).toMatchObject({
      outcome: "notSent",
    });
  });

  it("sends nothing without a token", async () => {
    failWith("POST /v1/oauth2/token", 503, 2);
    expect(await world.run(world.channel.createPayment(world.aPayment()))).toMatchObject({
      outcome: "notSent",
    });
    expect(sentTo("/v2/")).toHaveLength(0);
  });

  it("is created once, however often it is asked for", async () => {
    const input = world.aPayment();
    fail("POST /v2/checkout/orders", "drop-after-effect");
    const first = okValue(await world.run(world.channel.createPayment(input)));
    const second = okValue(await world.run(world.channel.createPayment(input)));
    expect(second.action).toEqual(first.action);
    expect(world.simulator.control.objects()).toHaveLength(1);
    await world.act({ kind: "payment", id: first.fact.channelPaymentId, action: "approve" });
    const late = okValue(await world.run(world.channel.createPayment(input)));
    expect(late.fact.status).toBe("requires_capture");
    expect(late.action["approvalUrl"]).toBe(
      `https://www.sandbox.paypal.com/checkoutnow?token=${first.fact.channelPaymentId}`,
    );
  });

  it("is unknown when no answer came, and never declined for a server's failure", async () => {
    fail("POST /v2/checkout/orders", "drop-after-effect", 2);
    expect(await world.run(world.channel.createPayment(world.aPayment()))).toMatchObject({
      outcome: "unknown",
    });
    failWith("POST /v2/checkout/orders", 500, 2);
    expect(await world.run(world.channel.createPayment(world.aPayment()))).toMatchObject({
      outcome: "unknown",
    });
    failWith("POST /v2/checkout/orders", 429, 2);
    expect(await world.run(world.channel.createPayment(world.aPayment()))).toMatchObject({
      outcome: "notSent",
    });
  });

  it("waits for the money of a pending capture, which comes or does not", async () => {
    for (const [action, status] of [
      ["settle", "succeeded"],
      ["decline", "failed"],
    ] as const) {
      const { fact, ref } = await world.create();
      await world.act({ kind: "payment", id: fact.channelPaymentId, action: "pend" });
      expect(okValue(await world.capture(ref))).toMatchObject({ status: "processing", rawStatus: "PENDING" });
      const closed = okValue(await world.run(world.channel.closePayment(ref, "expired")));
      expect(closed.result).toBe("in-progress");
      await world.act({ kind: "payment", id: fact.channelPaymentId, action });
      expect(okValue(await world.run(world.channel.queryPayment(ref))).status).toBe(status);
    }
  });

  it("goes back to its payer when the instrument is declined, and can be approved again", async () => {
    const { fact, ref } = await world.create();
    await world.act({ kind: "payment", id: fact.channelPaymentId, action: "decline" });
    expect(okValue(await world.capture(ref))).toMatchObject({
      status: "requires_action",
      attemptFailed: { code: "INSTRUMENT_DECLINED" },
    });
    await world.advance(MINUTE);
    await world.act({ kind: "payment", id: fact.channelPaymentId, action: "approve" });
    expect(okValue(await world.capture(ref))).toMatchObject({ status: "succeeded" });
    const ids = sentTo("/capture").map(({ headers }) => headers.get("paypal-request-id"));
    expect(new Set(ids).size).toBe(2);
  });

  it("is not captured before its payer agreed, nor twice", async () => {
    const { fact, ref } = await world.create();
    expect(okValue(await world.capture(ref)).status).toBe("requires_action");
    expect(sentTo("/capture")).toHaveLength(0);
    await world.act({ kind: "payment", id: fact.channelPaymentId, action: "approve" });
    const [first, second] = await Promise.all([world.capture(ref), world.capture(ref)]);
    expect(okValue(first).transactionId).toBe(okValue(second).transactionId);
    const again = okValue(await world.capture(ref));
    expect(again).toMatchObject({ status: "succeeded", transactionId: okValue(first).transactionId });
  });

  it("finds the money although every answer to the capture was lost", async () => {
    const { fact, ref } = await world.create();
    await world.act({ kind: "payment", id: fact.channelPaymentId, action: "approve" });
    fail("/capture", "drop-after-effect", 2);
    expect(await world.capture(ref)).toMatchObject({ outcome: "unknown" });
    expect(okValue(await world.run(world.channel.queryPayment(ref))).status).toBe("succeeded");
  });

  it("does not capture an order of another amount", async () => {
    const { fact, ref } = await world.create();
    await world.act({ kind: "payment", id: fact.channelPaymentId, action: "approve" });
    const other = { ...ref, money: { value: 1229, currency: "USD" } };
    expect(await world.capture(other)).toMatchObject({ outcome: "unknown" });
    expect(sentTo("/capture")).toHaveLength(0);
  });

  it("takes no answer about another payment or another merchant for truth", async () => {
    const { ref } = await world.create();
    const other = await world.create();
    const swapped = { ...ref, channelPaymentId: other.ref.channelPaymentId };
    expect(await world.run(world.channel.queryPayment(swapped))).toMatchObject({ outcome: "unknown" });
    const stranger = world.open({ merchantId: "SOMEBODYELSE" });
    expect(await world.run(stranger.queryPayment(ref))).toMatchObject({ outcome: "unknown" });
  });

  it("is closed by never being captured", async () => {
    const open = await world.create();
    const approved = await world.create();
    await world.act({ kind: "payment", id: approved.fact.channelPaymentId, action: "approve" });
    for (const { ref } of [open, approved]) {
      expect(okValue(await world.run(world.channel.closePayment(ref, "requested")))).toMatchObject({
        result: "closed",
        fact: { status: "cancelled", channelPaymentId: ref.channelPaymentId },
      });
    }
    const { ref } = await world.paid();
    expect(okValue(await world.run(world.channel.closePayment(ref, "expired")))).toMatchObject({
      result: "already-paid",
      fact: { status: "succeeded" },
    });
  });

  it("lapses after three hours, and is cancelled then", async () => {
    const { ref } = await world.create();
    await world.advance(3 * HOUR);
    expect(okValue(await world.run(world.channel.queryPayment(ref)))).toMatchObject({
      status: "cancelled",
      rawStatus: "NOT_FOUND",
    });
    expect(okValue(await world.run(world.channel.closePayment(ref, "expired"))).result).toBe("closed");
    const never = { ...ref, channelPaymentId: "0000000000000000X", createdAtMs: world.now() };
    expect(await world.run(world.channel.queryPayment(never))).toMatchObject({
      outcome: "declined",
      reason: "not-found",
    });
  });

  it("is cancelled when an approval ends that nobody used", async () => {
    const { fact, ref } = await world.create();
    await world.act({ kind: "payment", id: fact.channelPaymentId, action: "approve" });
    await world.advance(3 * DAY);
    expect(okValue(await world.run(world.channel.queryPayment(ref))).status).toBe("cancelled");
    expect(
      await world.run(world.channel.verifyCallback(world.lastCallback("CHECKOUT.PAYMENT-APPROVAL.REVERSED"))),
    ).toMatchObject({
      ok: true,
      event: { kind: "payment", ref: { channelPaymentId: fact.channelPaymentId } },
    });
  });

  it("carries every currency over and back, those without decimals too", async () => {
    const { currencies } = world.channel.capabilities;
    for (const [currency, { min, max, step }] of Object.entries(currencies)) {
      for (const value of [min, step * 7, max]) {
        const { fact } = await world.create({ money: { value, currency } });
        expect(fact.amount).toEqual({ value, currency });
      }
    }
    for (const [value, currency] of [
      [150, "HUF"],
      [0, "USD"],
      [1, "CNY"],
    ] as const) {
      const input = world.aPayment({ money: { value, currency } });
      expect(await world.run(world.channel.createPayment(input))).toMatchObject({ outcome: "declined" });
    }
  });
});
