import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { toReference } from "../../../shared/channels/reference.ts";
import { DAY } from "../../../shared/platform/clock.ts";
import { createWorld, okValue, type World } from "./paypal-world.ts";

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

describe("a refund at PayPal", () => {
  const refundOf = async (value: number, changes: object = {}) => {
    const { ref } = await world.paid();
    return {
      refundId: `rfd_${"0123456789ABCDEFGHJKMNPQRS".slice(0, 26)}`,
      payment: ref,
      money: { value, currency: "USD" },
      refundedBefore: 0,
      reason: "Sent back",
      ...changes,
    };
  };
  const refund = (input: Awaited<ReturnType<typeof refundOf>>) => {
    if (world.channel.refund === undefined) throw new Error("PayPal refunds");
    return world.run(world.channel.refund(input));
  };
  const query = (input: Awaited<ReturnType<typeof refundOf>>, channelRefundId: string) => {
    if (world.channel.queryRefund === undefined) throw new Error("PayPal refunds");
    return world.run(world.channel.queryRefund({ ...input, channelRefundId, createdAtMs: world.now() }));
  };

  it("gives a part back, once, and can be asked for by its id", async () => {
    const input = await refundOf(230);
    fail("/refund", "drop-after-effect");
    const first = okValue(await refund(input));
    expect(first).toMatchObject({ status: "succeeded", refundId: input.refundId, amount: { value: 230 } });
    expect(okValue(await refund(input))).toEqual(first);
    expect(okValue(await query(input, first.channelRefundId))).toEqual(first);
    expect(world.simulator.control.objects().filter(({ kind }) => kind === "refund")).toHaveLength(1);
    expect(okValue(await world.run(world.channel.queryPayment(input.payment)))).toMatchObject({
      status: "succeeded",
      rawStatus: "PARTIALLY_REFUNDED",
      amount: { value: 1230 },
    });
  });

  it("finds the capture by itself, and refuses what was never captured", async () => {
    const input = await refundOf(1230);
    const { transactionId: _capture, ...payment } = input.payment;
    expect(okValue(await refund({ ...input, payment })).status).toBe("succeeded");
    const { ref } = await world.create();
    expect(await refund({ ...input, payment: ref })).toMatchObject({
      outcome: "declined",
      reason: "wrong-state",
    });
  });

  it("is declined for more than is left, for nothing left, and after 180 days", async () => {
    const input = await refundOf(1000);
    okValue(await refund(input));
    const second = { ...input, refundId: "rfd_1123456789ABCDEFGHJKMNPQRS" };
    expect(await refund(second)).toMatchObject({ outcome: "declined", code: "REFUND_AMOUNT_EXCEEDED" });
    okValue(await refund({ ...second, money: { value: 230, currency: "USD" } }));
    const third = { ...input, refundId: "rfd_2123456789ABCDEFGHJKMNPQRS" };
    expect(await refund(third)).toMatchObject({ outcome: "declined", code: "CAPTURE_FULLY_REFUNDED" });
    const late = await refundOf(1);
    await world.advance(181 * DAY);
    expect(await refund(late)).toMatchObject({ outcome: "declined", reason: "too-late" });
  });

  it("is unknown when an earlier attempt may have counted, or PayPal's word is none that we know", async () => {
    const input = await refundOf(1230);
    failWith("/refund", 500, 2);
    expect(await refund(input)).toMatchObject({ outcome: "unknown" });
    failWith("/refund", 418);
    expect(await refund(input)).toMatchObject({ outcome: "unknown" });
    failWith("/refund", 409);
    expect(await refund(input)).toMatchObject({ outcome: "unknown" });
  });

  it("may wait, and then succeed or fail", async () => {
    for (const [action, status] of [
      ["succeed", "succeeded"],
      ["fail", "failed"],
    ] as const) {
      const input = await refundOf(100);
      await world.act({ kind: "refund", id: input.payment.channelPaymentId, action: "stall" });
      const waiting = okValue(await refund(input));
      expect(waiting.status).toBe("processing");
      await world.act({ kind: "refund", id: waiting.channelRefundId, action });
      expect(okValue(await query(input, waiting.channelRefundId)).status).toBe(status);
    }
  });

  it("takes no answer about another refund for truth", async () => {
    const input = await refundOf(100);
    const { channelRefundId } = okValue(await refund(input));
    const other = { ...input, refundId: "rfd_9123456789ABCDEFGHJKMNPQRS" };
    expect(await query(other, channelRefundId)).toMatchObject({ outcome: "unknown" });
  });
});

describe("a payout at PayPal", () => {
  type Input = ReturnType<World["aPayout"]>;
  const refOf = (input: Input, channelPayoutId?: string) => ({
    payoutId: input.payoutId,
    recipient: input.recipient,
    money: input.money,
    createdAtMs: input.createdAtMs,
    ...(channelPayoutId !== undefined && { channelPayoutId }),
  });
  const absent = (): never => {
    throw new Error("PayPal pays out");
  };
  const payout = (input: Input) => world.run(world.channel.payout?.(input) ?? absent());
  const queryPayout = (input: Input, id?: string) =>
    world.run(world.channel.queryPayout?.(refOf(input, id)) ?? absent());
  const cancelPayout = (input: Input, id?: string) =>
    world.run(world.channel.cancelPayout?.(refOf(input, id)) ?? absent());

  it("is a batch of one item with our reference, delivered after a moment", async () => {
    const input = world.aPayout("ana@example.com");
    const { fact } = okValue(await payout(input));
    expect(fact).toMatchObject({ status: "processing", payoutId: input.payoutId, amount: input.money });
    const [batch] = sentTo("/v1/payments/payouts");
    expect(JSON.parse(batch?.body ?? "")).toMatchObject({
      sender_batch_header: { sender_batch_id: toReference(input.payoutId) },
      items: [{ sender_item_id: toReference(input.payoutId), amount: { currency: "USD", value: "20.00" } }],
    });
    await world.advance(5_000);
    expect(okValue(await queryPayout(input, fact.channelPayoutId))).toMatchObject({
      status: "succeeded",
      channelPayoutId: fact.channelPayoutId,
    });
    await world.act({ kind: "payout", id: fact.channelPayoutId, action: "return" });
    expect(okValue(await queryPayout(input, fact.channelPayoutId)).status).toBe("returned");
  });

  it("is led to the first batch when it is asked for again", async () => {
    const input = world.aPayout("ana@example.com");
    fail("POST /v1/payments/payouts", "drop-after-effect");
    const first = okValue(await payout(input));
    await world.advance(5_000);
    const second = okValue(await payout(input));
    expect(second.fact).toMatchObject({ channelPayoutId: first.fact.channelPayoutId, status: "succeeded" });
    expect(world.simulator.control.objects()).toHaveLength(1);
  });

  it("is unknown, not absent, as long as PayPal has not told its id", async () => {
    const input = world.aPayout("ana@example.com");
    fail("POST /v1/payments/payouts", "drop-after-effect", 2);
    expect(await payout(input)).toMatchObject({ outcome: "unknown" });
    expect(await queryPayout(input)).toMatchObject({ outcome: "unknown" });
    expect(await cancelPayout(input)).toMatchObject({ outcome: "unknown" });
    expect(okValue(await payout(input)).fact.status).toBe("processing");
  });

  it("waits for a recipient without an account, who accepts", async () => {
    const input = world.aPayout("unclaimed.ana@example.com");
    const { fact } = okValue(await payout(input));
    await world.advance(5_000);
    expect(okValue(await queryPayout(input, fact.channelPayoutId))).toMatchObject({
      status: "requires_action",
      rawStatus: "UNCLAIMED",
    });
    const page = world.simulator.control.objects()[0]?.page ?? "";
    await fetch(page, { method: "POST", body: new URLSearchParams({ action: "confirm" }) });
    expect(okValue(await queryPayout(input, fact.channelPayoutId)).status).toBe("succeeded");
    expect(okValue(await cancelPayout(input, fact.channelPayoutId)).status).toBe("succeeded");
    expect(sentTo("/cancel")).toHaveLength(0);
  });

  it("comes back when it is cancelled, or when nobody claims it in 30 days", async () => {
    for (const end of [
      (input: Input, id: string) => cancelPayout(input, id),
      async (input: Input, id: string) => {
        await world.advance(30 * DAY);
        return queryPayout(input, id);
      },
    ]) {
      const input = world.aPayout("unclaimed.ana@example.com");
      const { fact } = okValue(await payout(input));
      await world.advance(5_000);
      expect(okValue(await end(input, fact.channelPayoutId)).status).toBe("returned");
    }
  });

  it("fails for a recipient that cannot be paid, and takes payer ids too", async () => {
    const failing = world.aPayout("invalid@example.com");
    const failed = okValue(await payout(failing));
    const byId = world.aPayout("", { recipient: { type: "paypal_id", payerId: "ABCDE12345XYZ" } });
    const good = okValue(await payout(byId));
    await world.advance(5_000);
    expect(okValue(await queryPayout(failing, failed.fact.channelPayoutId))).toMatchObject({
      status: "failed",
      failure: { code: "RECEIVER_ACCOUNT_INVALID" },
    });
    expect(okValue(await queryPayout(byId, good.fact.channelPayoutId)).status).toBe("succeeded");
    const nobody = world.aPayout("", { recipient: { type: "bank", iban: "DE00" } });
    expect(await payout(nobody)).toMatchObject({ outcome: "declined", reason: "recipient-not-accepted" });
  });

  it("takes no answer about another payout for truth", async () => {
    const input = world.aPayout("ana@example.com");
    const { fact } = okValue(await payout(input));
    const other = world.aPayout("ana@example.com");
    expect(await queryPayout(other, fact.channelPayoutId)).toMatchObject({ outcome: "unknown" });
  });
});

describe("a dispute at PayPal", () => {
  it.each([
    ["win", "won"],
    ["lose", "lost"],
  ] as const)("is told by a callback and asked for: %s", async (action, status) => {
    const { fact, ref } = await world.paid();
    await world.act({ kind: "dispute", id: ref.channelPaymentId, action: "open" });
    const verdict = await world.run(
      world.channel.verifyCallback(world.lastCallback("CUSTOMER.DISPUTE.CREATED")),
    );
    if (!verdict.ok) throw new Error(verdict.reason);
    expect(verdict.event).toMatchObject({ kind: "dispute", ref: { transactionId: fact.transactionId } });
    const id = verdict.event.ref.channelDisputeId ?? "";
    const query = async () => okValue(await world.run(world.channel.queryDispute?.(id) ?? none()));
    const none = (): never => {
      throw new Error("PayPal has disputes");
    };
    expect(await query()).toMatchObject({
      status: "open",
      transactionId: fact.transactionId,
      amount: { value: 1230, currency: "USD" },
    });
    await world.act({ kind: "dispute", id: ref.channelPaymentId, action });
    expect(await query()).toMatchObject({ status });
  });
});
