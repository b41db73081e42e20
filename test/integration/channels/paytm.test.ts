import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toReference } from "../../../shared/channels/reference.ts";
import {
  CALLBACK_URL,
  createPaytmWorld,
  inr,
  MERCHANT,
  PAYMENT_ID,
  type PaytmWorld,
  paymentRef,
  REFUND_ID,
  refundRef,
  START,
} from "./paytm-world.ts";

const ORDER_ID = toReference(PAYMENT_ID);
const REF_ID = toReference(REFUND_ID);

let world: PaytmWorld;
beforeEach(async () => {
  world = await createPaytmWorld();
});
afterEach(() => world.close());

const query = () => world.run(world.channel.queryPayment(paymentRef()));
const refund = (value = 1230, refundId = REFUND_ID) => {
  const before = { payment: paymentRef(), refundedBefore: 0, reason: "asked for" };
  return world.run(world.channel.refund?.({ refundId, money: inr(value), ...before }) ?? never());
};
const queryRefund = (value = 1230, refundId = REFUND_ID) =>
  world.run(world.channel.queryRefund?.(refundRef(refundId, value)) ?? never());
function never(): never {
  throw new Error("Paytm refunds");
}

describe("a payment", () => {
  it("is created with what the app's SDK needs", async () => {
    const created = await world.create();
    expect(created).toEqual({
      outcome: "ok",
      value: {
        action: {
          ...{ type: "paytm-transaction", mid: MERCHANT, orderId: ORDER_ID, amount: "12.30", staging: true },
          ...{ txnToken: expect.stringMatching(/^[0-9a-f]{32}$/), callbackUrl: CALLBACK_URL },
        },
        fact: {
          ...{ channel: "paytm", kind: "payment", channelPaymentId: ORDER_ID, paymentId: PAYMENT_ID },
          ...{ status: "requires_action", amount: inr(1230), livemode: false, occurredAtMs: START },
          rawStatus: "S 0000",
        },
      },
    });
  });

  it("gets the same token when its creation is repeated, also after a lost answer", async () => {
    world.simulator.control.failNext({ operation: "initiateTransaction", kind: "drop-after-effect" });
    const first = await world.create();
    expect(first).toMatchObject({ outcome: "ok", value: { fact: { rawStatus: "S 0002" } } });
    const again = await world.create();
    const tokenOf = (created: typeof first) => created.outcome === "ok" && created.value.action["txnToken"];
    expect(tokenOf(again)).toBe(tokenOf(first));
  });

  it("is unknown when a repetition says something else, and refused before the call for what Paytm never takes", async () => {
    await world.create();
    expect(await world.create(PAYMENT_ID, 1231)).toMatchObject({ outcome: "unknown" });
    expect(await world.create(PAYMENT_ID, 99)).toMatchObject({ reason: "amount-not-accepted" });
    const usd = { value: 1230, currency: "USD" };
    const input = { paymentId: PAYMENT_ID, description: "Top-up", payer: {}, createdAtMs: 0, expiresAtMs: 1 };
    expect(await world.run(world.channel.createPayment({ ...input, money: usd }))).toMatchObject({
      reason: "currency-not-accepted",
    });
  });

  it("succeeds with its transaction, time and amount once the payer approves", async () => {
    await world.create();
    expect(await query()).toMatchObject({ outcome: "ok", value: { status: "requires_action" } });
    await world.advance(90_000);
    await world.act(PAYMENT_ID, "approve");
    expect(await query()).toEqual({
      outcome: "ok",
      value: {
        ...{ channel: "paytm", kind: "payment", channelPaymentId: ORDER_ID, paymentId: PAYMENT_ID },
        ...{ transactionId: expect.stringMatching(/^20261121\d{24}$/), status: "succeeded" },
        ...{ amount: inr(1230), livemode: false, occurredAtMs: START + 90_000, rawStatus: "TXN_SUCCESS 01" },
      },
    });
  });

  it("stays open when the bank declines, and can still be paid while its token lives", async () => {
    await world.create();
    await world.act(PAYMENT_ID, "decline");
    const declined = { status: "requires_action", attemptFailed: { code: "227" } };
    expect(await query()).toMatchObject({ value: { ...declined, rawStatus: "TXN_FAILURE 227" } });
    const closing = await world.run(world.channel.closePayment(paymentRef(), "requested"));
    expect(closing).toMatchObject({ value: { result: "in-progress", fact: declined } });
    await world.act(PAYMENT_ID, "approve");
    expect(await query()).toMatchObject({ value: { status: "succeeded" } });
    expect(world.callbacks).toHaveLength(4);
  });

  it("lapses when nobody tries again after a decline", async () => {
    await world.create();
    await world.act(PAYMENT_ID, "decline");
    await world.advance(30 * 60_000);
    expect(() => world.simulator.control.act({ kind: "payment", id: ORDER_ID, action: "approve" })).toThrow(
      "lapsed",
    );
    expect(await world.run(world.channel.closePayment(paymentRef(), "expired"))).toMatchObject({
      value: { result: "closed", fact: { status: "cancelled", attemptFailed: { code: "227" } } },
    });
  });

  it("ends with the first decline where the merchant's payers have one attempt", async () => {
    await world.create();
    await world.act(PAYMENT_ID, "decline");
    const once = world.open({ settings: { payerRetries: false } });
    expect(await world.run(once.queryPayment(paymentRef()))).toMatchObject({
      value: { status: "failed", attemptFailed: { code: "227" } },
    });
  });

  it("is processing while the bank takes its time, and settles by itself", async () => {
    await world.create();
    await world.act(PAYMENT_ID, "pend");
    expect(await query()).toMatchObject({ value: { status: "processing" } });
    await world.advance(60_000);
    expect(await query()).toMatchObject({ value: { status: "succeeded" } });
  });

  it("cannot be closed: it lapses, and only then counts as cancelled", async () => {
    await world.create();
    await world.act(PAYMENT_ID, "abandon");
    const close = () => world.run(world.channel.closePayment(paymentRef(), "expired"));
    await world.advance(16 * 60_000);
    expect(() => world.simulator.control.act({ kind: "payment", id: ORDER_ID, action: "approve" })).toThrow(
      "lapsed",
    );
    expect(await close()).toMatchObject({ value: { result: "in-progress" } });
    await world.advance(14 * 60_000);
    expect(await close()).toMatchObject({ value: { result: "closed", fact: { status: "cancelled" } } });
  });

  it("that was paid cannot be closed any more", async () => {
    await world.create();
    await world.act(PAYMENT_ID, "approve");
    expect(await world.run(world.channel.closePayment(paymentRef(), "requested"))).toMatchObject({
      value: { result: "already-paid", fact: { status: "succeeded" } },
    });
  });

  it("is unknown while Paytm is down, answers with errors, or another key is in use", async () => {
    await world.create();
    world.simulator.control.failNext({ operation: "order/status", kind: "status", status: 500, times: 2 });
    expect(await query()).toMatchObject({ outcome: "unknown" });
    world.simulator.control.downFor(1000);
    expect(await query()).toMatchObject({ outcome: "unknown" });
    await world.advance(1000);
    const other = world.open({ keys: { merchantKey: "0123456789abcdef" } });
    expect(await world.run(other.queryPayment(paymentRef()))).toMatchObject({ outcome: "unknown" });
    expect(await world.create(PAYMENT_ID, 1230, other)).toMatchObject({ outcome: "declined", code: "2005" });
  });

  it("is declined for another merchant", async () => {
    const other = world.open({ settings: { merchantId: "SOMEBODYELSE" } });
    expect(await world.create(PAYMENT_ID, 1230, other)).toMatchObject({ outcome: "declined", code: "2006" });
  });

  it("keeps its answers readable with the key before, while keys change", async () => {
    const { merchantKey } = world.keys;
    const changing = world.open({
      keys: { merchantKey: "0123456789abcdef", previousMerchantKey: merchantKey },
    });
    await world.create();
    await world.act(PAYMENT_ID, "approve");
    const sent = world.callbacks[0];
    expect(sent && (await world.verify(sent, changing))).toMatchObject({ ok: true });
  });
});

describe("a refund", () => {
  beforeEach(async () => {
    await world.create();
    await world.act(PAYMENT_ID, "approve");
  });

  it("is accepted, and succeeds a little later", async () => {
    expect(await refund()).toMatchObject({
      outcome: "ok",
      value: {
        ...{ channelRefundId: REF_ID, refundId: REFUND_ID, status: "processing", amount: inr(1230) },
        rawStatus: "PENDING 601",
      },
    });
    await world.advance(20_000);
    expect(await queryRefund()).toMatchObject({
      value: {
        status: "succeeded",
        amount: inr(1230),
        occurredAtMs: START + 20_000,
        rawStatus: "TXN_SUCCESS 10",
      },
    });
  });

  it("happens once, however often it is asked for", async () => {
    world.simulator.control.failNext({ operation: "refund/apply", kind: "drop-after-effect" });
    expect(await refund()).toMatchObject({ outcome: "ok", value: { status: "processing" } });
    expect(await refund()).toMatchObject({ outcome: "ok", value: { status: "processing" } });
    await world.advance(20_000);
    expect(await refund()).toMatchObject({ outcome: "ok", value: { status: "succeeded" } });
    expect(world.simulator.control.objects().filter(({ kind }) => kind === "refund")).toHaveLength(1);
  });

  it("is unknown when its answer and its status are both lost", async () => {
    world.simulator.control.failNext({ operation: "refund", kind: "drop-after-effect", times: 4 });
    expect(await refund()).toMatchObject({ outcome: "unknown" });
  });

  it("fails when the bank refuses", async () => {
    await refund();
    await world.actOnRefund(REFUND_ID, "fail");
    expect(await queryRefund()).toMatchObject({ value: { status: "failed", failure: { code: "600" } } });
  });

  it("waits when it is stalled", async () => {
    await refund();
    await world.actOnRefund(REFUND_ID, "stall");
    await world.advance(86_400_000);
    expect(await queryRefund()).toMatchObject({ value: { status: "processing" } });
  });

  it("is declined above what is left, and put off while another one runs", async () => {
    expect(await refund(1231)).toMatchObject({
      outcome: "declined",
      reason: "amount-not-accepted",
      code: "619",
    });
    expect(await refund(500)).toMatchObject({ outcome: "ok" });
    const second = "rfd_01JDA7Q0000000000000000003";
    expect(await refund(730, second)).toMatchObject({ outcome: "notSent", retryAfterMs: 300_000 });
    await world.advance(20_000);
    expect(await refund(730, second)).toMatchObject({ outcome: "ok" });
  });

  it("is not found before it is asked for", async () => {
    expect(await queryRefund()).toMatchObject({ outcome: "declined", reason: "not-found", code: "631" });
  });
});

describe("a refund of a payment that nobody made", () => {
  it("is declined without being asked for", async () => {
    await world.create();
    expect(await refund()).toMatchObject({ outcome: "declined", reason: "wrong-state" });
    expect(world.simulator.control.objects()).toHaveLength(1);
  });
});

describe("the payer's page", () => {
  it("shows what is asked, takes the choice and says what became of it", async () => {
    await world.create();
    const page = world.simulator.control.objects()[0]?.page ?? "";
    const shown = await (await fetch(page)).text();
    expect(shown).toContain("₹12.30");
    const after = await fetch(page, { method: "POST", body: new URLSearchParams({ action: "approve" }) });
    expect(await after.text()).toContain("Paid.");
    expect(await query()).toMatchObject({ value: { status: "succeeded" } });
  });
});

describe("a restart of the simulator", () => {
  it("keeps orders and refunds", async () => {
    await world.create();
    await world.act(PAYMENT_ID, "approve");
    await refund();
    const { simulator } = await import("../../../local/channels/paytm/simulator.ts");
    const again = simulator.create({
      ...{ keys: world.keys, provider: {}, settings: { merchantId: MERCHANT } },
      ...{ callbackUrl: CALLBACK_URL, ports: world.ports },
    });
    expect(again.control.objects()).toMatchObject([
      { kind: "payment", id: ORDER_ID, status: "TXN_SUCCESS", value: 1230 },
      { kind: "refund", id: REF_ID, status: "PENDING" },
    ]);
    await again.close();
  });
});
