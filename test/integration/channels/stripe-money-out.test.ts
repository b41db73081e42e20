/** The product's Stripe channel against the simulated Stripe: refunds, payouts, disputes. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { CreatePaymentInput, PaymentRef } from "../../../shared/channels/channel.ts";
import { START_MS } from "./stripe-simulator-world.ts";
import {
  type ChannelWorld,
  okValue,
  PAYMENT_ID,
  PAYOUT_ID,
  REFUND_ID,
  startChannelWorld,
} from "./stripe-world.ts";

let world: ChannelWorld;
beforeEach(async () => {
  world = await startChannelWorld();
});
afterEach(() => world.close());

const input = (overrides: Partial<CreatePaymentInput> = {}): CreatePaymentInput => ({
  paymentId: PAYMENT_ID,
  money: { value: 1230, currency: "USD" },
  description: "Tea",
  createdAtMs: START_MS,
  expiresAtMs: START_MS + 3_600_000,
  payer: {},
  ...overrides,
});
const create = async (overrides: Partial<CreatePaymentInput> = {}) =>
  okValue(await world.run(world.channel.createPayment(input(overrides))));
const refOf = (channelPaymentId: string): PaymentRef => ({ ...input(), channelPaymentId });
/** A payment that was approved. */
async function paid(overrides: Partial<CreatePaymentInput> = {}): Promise<PaymentRef> {
  const { fact } = await create(overrides);
  world.control.act({ kind: "payment", id: fact.channelPaymentId, action: "approve" });
  return { ...input(overrides), channelPaymentId: fact.channelPaymentId };
}
const refund = (payment: PaymentRef, value: number) =>
  world.run(
    world.channel.refund({
      refundId: REFUND_ID,
      payment,
      money: { value, currency: "USD" },
      refundedBefore: 0,
      reason: "changed my mind",
    }),
  );
const aPayout = {
  payoutId: PAYOUT_ID,
  recipient: { type: "stripe_account", accountId: "acct_payee1" },
  money: { value: 500, currency: "USD" },
  remark: "Withdrawal",
  createdAtMs: START_MS,
};

describe("a refund", () => {
  const queryRefund = async (payment: PaymentRef, channelRefundId: string) =>
    okValue(
      await world.run(
        world.channel.queryRefund({
          refundId: REFUND_ID,
          channelRefundId,
          payment,
          money: { value: 230, currency: "USD" },
          createdAtMs: START_MS,
        }),
      ),
    );

  it("gives a part back, once however often it is asked for, and is told with its payment", async () => {
    const payment = await paid();
    const fact = okValue(await refund(payment, 230));
    expect(fact).toMatchObject({ refundId: REFUND_ID, status: "succeeded", amount: { value: 230 } });
    expect(okValue(await refund(payment, 230)).channelRefundId).toBe(fact.channelRefundId);
    expect(await queryRefund(payment, fact.channelRefundId)).toEqual(fact);
    expect((await world.peer().refunds.list({ limit: 10 })).data).toHaveLength(1);
    expect(await world.received()).toContainEqual(
      expect.objectContaining({
        type: "refund.created",
        kind: "refund",
        ref: {
          paymentId: PAYMENT_ID,
          channelPaymentId: payment.channelPaymentId,
          transactionId: expect.stringMatching(/^ch_/),
          refundId: REFUND_ID,
          channelRefundId: fact.channelRefundId,
        },
      }),
    );
  });

  it("can fail after it succeeded", async () => {
    const payment = await paid();
    const { channelRefundId } = okValue(await refund(payment, 230));
    world.control.act({ kind: "refund", id: channelRefundId, action: "fail" });
    expect(await queryRefund(payment, channelRefundId)).toMatchObject({
      status: "failed",
      failure: { code: "expired_or_canceled_card" },
    });
    const failed = (await world.received()).find(({ type }) => type === "refund.failed");
    expect(failed?.ref).toMatchObject({ refundId: REFUND_ID });
  });

  it("may take its time, or never end", async () => {
    const { channelPaymentId } = (await create()).fact;
    const options = { payment_method: "pm_card_pendingRefund", return_url: "https://kith.test" };
    await world.peer().paymentIntents.confirm(channelPaymentId, options);
    const { channelRefundId, status } = okValue(await refund(refOf(channelPaymentId), 230));
    expect(status).toBe("processing");
    world.control.act({ kind: "refund", id: channelRefundId, action: "stall" });
    await world.advance(86_400_000);
    expect((await queryRefund(refOf(channelPaymentId), channelRefundId)).status).toBe("processing");
    world.control.act({ kind: "refund", id: channelRefundId, action: "succeed" });
    expect((await queryRefund(refOf(channelPaymentId), channelRefundId)).status).toBe("succeeded");
  });

  it("is refused for more than there is, for an unpaid payment and for a disputed one", async () => {
    const payment = await paid();
    expect(await refund(payment, 1231)).toMatchObject({ outcome: "declined", reason: "rejected" });
    world.control.act({ kind: "dispute", id: payment.channelPaymentId, action: "open" });
    const again = { refundId: "rfd_01KEZZZZZZ0000000000000005", payment, refundedBefore: 0, reason: "" };
    const disputed = world.channel.refund({ ...again, money: { value: 1, currency: "USD" } });
    expect(await world.run(disputed)).toMatchObject({ outcome: "declined", reason: "wrong-state" });
  });

  it("that took effect although no answer came is found when it is asked for a day later", async () => {
    const payment = await paid();
    world.control.failNext({ operation: "POST /v1/refunds", kind: "drop-after-effect" });
    expect((await refund(payment, 1230)).outcome).toBe("unknown");
    await world.advance(25 * 3_600_000);
    // The key is forgotten by now, and all of the payment has been refunded: by this very refund.
    const found = okValue(await refund(payment, 1230));
    expect(found).toMatchObject({ refundId: REFUND_ID, status: "succeeded", amount: { value: 1230 } });
  });
});

describe("a payout", () => {
  const payout = (overrides: Partial<typeof aPayout> = {}) =>
    world.run(world.channel.payout({ ...aPayout, ...overrides }));

  it("reaches the account at once, once however often it is asked for", async () => {
    const { fact } = okValue(await payout());
    expect(fact).toMatchObject({ payoutId: PAYOUT_ID, status: "succeeded", amount: { value: 500 } });
    expect(okValue(await payout()).fact).toEqual(fact);
    expect(await world.peer().transfers.retrieve(fact.channelPayoutId)).toMatchObject({
      amount: 500,
      destination: "acct_payee1",
      metadata: { payout_id: PAYOUT_ID },
    });
    expect(await world.received()).toContainEqual(
      expect.objectContaining({
        type: "transfer.created",
        kind: "payout",
        ref: { payoutId: PAYOUT_ID, channelPayoutId: fact.channelPayoutId },
      }),
    );
  });

  it("is returned when it is reversed", async () => {
    const { channelPayoutId } = okValue(await payout()).fact;
    world.control.act({ kind: "payout", id: channelPayoutId, action: "return" });
    const fact = okValue(await world.run(world.channel.queryPayout({ ...aPayout, channelPayoutId })));
    expect(fact).toMatchObject({ status: "returned", rawStatus: "reversed" });
    const types = (await world.received()).filter(({ kind }) => kind === "payout").map(({ type }) => type);
    expect(types).toEqual(["transfer.created", "transfer.reversed"]);
  });

  it("whose answer was lost is found, and one that was never made is not", async () => {
    const missing = await world.run(world.channel.queryPayout(aPayout));
    expect(missing).toMatchObject({ outcome: "declined", reason: "not-found" });
    world.control.failNext({ operation: "POST /v1/transfers", kind: "drop-after-effect" });
    expect((await payout()).outcome).toBe("unknown");
    const found = okValue(await world.run(world.channel.queryPayout(aPayout)));
    expect(found).toMatchObject({ payoutId: PAYOUT_ID, status: "succeeded" });
    expect(okValue(await payout()).fact).toEqual(found);
  });

  it.each([["acct_Unknown"], ["acct_Restricted"]])("to %s is refused", async (accountId) => {
    const outcome = await payout({ recipient: { type: "stripe_account", accountId } });
    expect(outcome).toMatchObject({ outcome: "declined", reason: "recipient-not-accepted" });
  });
});

describe("a dispute", () => {
  it.each([
    ["win", "won"],
    ["lose", "lost"],
  ] as const)("is told when it opens and when it ends: %s", async (action, status) => {
    const { channelPaymentId } = await paid();
    world.control.act({ kind: "dispute", id: channelPaymentId, action: "open" });
    const [event] = (await world.received()).filter(({ kind }) => kind === "dispute");
    expect(event).toMatchObject({ type: "charge.dispute.created", ref: { channelPaymentId } });
    const id = event?.ref.channelDisputeId ?? "";
    expect(okValue(await world.run(world.channel.queryDispute(id)))).toMatchObject({
      channelDisputeId: id,
      channelPaymentId,
      status: "open",
      reason: "fraudulent",
      amount: { value: 1230, currency: "USD" },
    });
    world.control.act({ kind: "dispute", id: channelPaymentId, action });
    expect(okValue(await world.run(world.channel.queryDispute(id))).status).toBe(status);
    expect((await world.received()).at(-1)).toMatchObject({
      type: "charge.dispute.closed",
      ref: { channelDisputeId: id },
    });
  });
});
