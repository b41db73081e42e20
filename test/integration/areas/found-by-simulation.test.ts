/** What the simulation found in payments through channels, each held by a test. */
import { afterEach, describe, expect, it } from "vitest";
import { userAccount } from "../../../shared/ledger/account.ts";
import { HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import { FAKE, fakeCapabilities, lost } from "../../builders/fake-channel.ts";
import { createFakePaymentsWorld, type FakePaymentsWorld } from "../../builders/fake-payments-world.ts";
import { book } from "../../builders/ledger-sums.ts";
import { fakePayouts, withdrawalsOf } from "../../builders/withdrawals.ts";
import { usd } from "../../builders/world.ts";

let w: FakePaymentsWorld;
afterEach(() => w.close());

/** Ada's own top-up of 15.00. */
async function toppedUp(): Promise<{ readonly ada: AccountId; readonly id: string }> {
  const ada = await w.world.person("ada");
  const body = { amount: usd(15_00), channel: FAKE };
  const reply = await w.api.call("createTopUp", { as: "ada", key: "top-up", body });
  w.provider.move("fp_1", "succeeded");
  await w.tell("payment", { channelPaymentId: "fp_1" });
  return { ada, id: reply.body.id };
}

const available = async (id: AccountId) => (await book(w.world, userAccount(id))).available;

describe("a dispute of nothing", () => {
  it("takes nothing when it is lost: what was refunded can still be contested", async () => {
    w = await createFakePaymentsWorld();
    const { ada, id } = await toppedUp();
    const channelDisputeId = w.provider.dispute("fp_1", 0);
    await w.tell("dispute", { channelDisputeId });
    expect(await available(ada)).toBe(15_00);
    w.provider.decide(channelDisputeId, "lost");
    await w.tell("dispute", { channelDisputeId });
    expect(await available(ada)).toBe(15_00);
    expect((await w.world.accounts.get(ada))?.access.frozenFor).toEqual([]);
    const shown = await w.api.call("getPayment", { as: "ada", params: { id } });
    expect(shown.body.dispute).toBe("lost");
    expect(await w.ledgerTotal()).toBe(0);
  });
});

describe("a refund that nobody answered about", () => {
  it("is asked for again as long as the channel knows its number, longer than a payment", async () => {
    const { refunds } = fakeCapabilities;
    if (!refunds.supported) throw new Error("the fake channel makes refunds");
    w = await createFakePaymentsWorld({
      capabilities: {
        idempotencyWindowMs: 15 * MINUTE,
        refunds: { ...refunds, idempotencyWindowMs: 24 * HOUR },
      },
    });
    const { ada, id } = await toppedUp();
    w.provider.fail(lost("refund"));
    await w.api.call("createRefund", { as: "ada", key: "refund", params: { id }, body: {} });
    // The sweep is late, or the channel was down.
    w.world.clock.advance(HOUR);
    await w.live(10 * MINUTE);
    const listed = await w.api.call("listRefunds", { as: "ada", params: { id } });
    expect(listed.body.items).toMatchObject([{ status: "succeeded" }]);
    expect(await available(ada)).toBe(0);
    expect(await w.ledgerTotal()).toBe(0);
  });
});

describe("a cancellation that was acknowledged", () => {
  const cancel = (id: string) => w.api.call("cancelPayment", { as: "ada", key: "off", params: { id } });

  it("stays acknowledged for a top-up that is paid all the same", async () => {
    w = await createFakePaymentsWorld();
    await w.world.person("ada");
    w.provider.settings.closing = "in-progress";
    const body = { amount: usd(15_00), channel: FAKE };
    const { id } = (await w.api.call("createTopUp", { as: "ada", key: "top-up", body })).body;
    expect(await cancel(id)).toMatchObject({ status: 200, body: { cancelling: true } });
    w.provider.move("fp_1", "succeeded");
    await w.tell("payment", { channelPaymentId: "fp_1" });
    expect(await cancel(id)).toMatchObject({ status: 200, body: { id, status: "succeeded" } });
    expect(await w.ledgerTotal()).toBe(0);
  });

  it("stays acknowledged for a payment that had ended, and is paid after that", async () => {
    w = await createFakePaymentsWorld();
    const ada = await w.world.person("ada");
    const body = { amount: usd(15_00), channel: FAKE };
    const { id } = (await w.api.call("createTopUp", { as: "ada", key: "top-up", body })).body;
    w.provider.move("fp_1", "failed");
    await w.tell("payment", { channelPaymentId: "fp_1" });
    expect(await cancel(id)).toMatchObject({ status: 200, body: { status: "failed" } });
    w.provider.move("fp_1", "succeeded");
    await w.tell("payment", { channelPaymentId: "fp_1" });
    expect(await cancel(id)).toMatchObject({ status: 200, body: { status: "succeeded" } });
    expect(await available(ada)).toBe(15_00);
  });

  it("stays acknowledged for a withdrawal that is delivered all the same", async () => {
    w = await createFakePaymentsWorld({ capabilities: { payouts: fakePayouts } });
    const t = withdrawalsOf(w);
    await w.world.person("ada", { funds: usd(20_00) });
    w.provider.payouts.settings.status = "requires_action";
    const { id } = (await t.create()).body;
    w.provider.fail({ operation: "cancel-payout", times: 2, failure: { outcome: "unknown" } });
    expect(await t.cancel(id)).toMatchObject({ status: 200, body: { cancelling: true } });
    t.move(id, "succeeded");
    await w.tell("payout", { payoutId: id });
    expect(await t.cancel(id)).toMatchObject({ status: 200, body: { id, status: "succeeded" } });
    expect(await w.ledgerTotal()).toBe(0);
  });
});
