/** Withdrawals that their owner has to confirm or to approve first; over a channel in memory. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import { type AccountId, derivedId } from "../../../shared/platform/ids.ts";
import { STEP_UP_MS, toStepUpItem } from "../../../shared/step-ups/step-up.ts";
import { createFakePaymentsWorld, type FakePaymentsWorld } from "../../builders/fake-payments-world.ts";
import { fakePayouts, withdrawalsOf } from "../../builders/withdrawals.ts";
import { usd } from "../../builders/world.ts";
import { balancesOf, createWithdrawalsWorld, endsClean } from "./withdrawals-world.ts";

let w: FakePaymentsWorld;
let ada: AccountId;
let t: ReturnType<typeof withdrawalsOf>;

const start = async (...settings: Parameters<typeof createWithdrawalsWorld>): Promise<void> => {
  ({ w, ada, t } = await createWithdrawalsWorld(...settings));
};
beforeEach(() => start());
afterEach(() => endsClean(w));

const balances = () => balancesOf(w, ada);

describe("a withdrawal that its owner has to confirm", () => {
  beforeEach(() => {
    w.provider.payouts.settings.status = "requires_action";
  });

  it("shows what confirms it to its owner alone, until it is confirmed", async () => {
    const { body } = await t.create();
    expect(body).toMatchObject({
      status: "requires_action",
      action: { type: "wechat_confirm_transfer", packageInfo: expect.stringContaining("ask-") },
    });
    expect(body.actionUntil).toBe(new Date(w.world.clock.now() + HOUR).toISOString());
    expect((await t.get(body.id)).action).toEqual(body.action);
    expect(w.announced("withdrawal.action-required")).toBe(1);
    expect(JSON.stringify([w.events, w.lines])).not.toContain(body.action.packageInfo);
    w.world.clock.advance(MINUTE);
    t.move(body.id, "processing");
    await w.tell("payout", { payoutId: body.id });
    expect(await t.get(body.id)).toMatchObject({ status: "processing" });
    expect(Object.keys(await t.get(body.id))).not.toContain("action");
    t.move(body.id, "succeeded");
    await w.tell("payout", { payoutId: body.id });
    expect(await balances()).toEqual([15_00, 0]);
  });

  it("lapses without a callback", async () => {
    const { body } = await t.create();
    t.move(body.id, "cancelled");
    await w.live(2 * HOUR);
    expect(await t.get(body.id)).toMatchObject({ status: "cancelled" });
    expect(await balances()).toEqual([20_00, 0]);
  });

  it("can be called off, again without effect, and is its owner's money again", async () => {
    const { body } = await t.create();
    const cancelled = await t.cancel(body.id);
    expect([cancelled.status, cancelled.body.status]).toEqual([200, "cancelled"]);
    expect(await balances()).toEqual([20_00, 0]);
    expect((await t.cancel(body.id, "c2")).headers["idempotent-replayed"]).toBe("true");
    expect(w.provider.calls.filter((call) => call === "cancel-payout")).toHaveLength(1);
    expect(w.announced("withdrawal.failed")).toBe(1);
    expect(w.events.find(({ type }) => type === "withdrawal.failed")?.data).toMatchObject({
      status: "cancelled",
    });
  });

  it("is called off once by two who ask at once", async () => {
    const { body } = await t.create();
    const replies = await Promise.all(["c1", "c2", "c3"].map((key) => t.cancel(body.id, key)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200]);
    await w.live(10 * MINUTE);
    expect(await t.get(body.id)).toMatchObject({ status: "cancelled" });
    expect(await balances()).toEqual([20_00, 0]);
  });

  it("is either called off or paid when both come at once", async () => {
    const { body } = await t.create();
    t.move(body.id, "succeeded");
    const [reply] = await Promise.all([t.cancel(body.id), w.tell("payout", { payoutId: body.id })]);
    expect(reply.body.code).toBe("conflict");
    expect(await t.get(body.id)).toMatchObject({ status: "succeeded" });
    expect(await balances()).toEqual([15_00, 0]);
    expect((await t.cancel(body.id, "c2")).body.code).toBe("conflict");
  });

  it("is called off by the sweep when the channel did not answer", async () => {
    const { body } = await t.create();
    w.provider.fail({ operation: "cancel-payout", times: 2, failure: { outcome: "unknown" } });
    const reply = await t.cancel(body.id);
    expect(reply.body).toMatchObject({ status: "requires_action", cancelling: true });
    expect(Object.keys(reply.body)).not.toContain("action");
    await w.live(HOUR);
    expect(await t.get(body.id)).toMatchObject({ status: "cancelled", cancelling: false });
    expect(await balances()).toEqual([20_00, 0]);
  });

  it("cannot be called off where the channel does not, nor once it is on its way", async () => {
    const { body } = await t.create();
    t.move(body.id, "processing");
    w.world.clock.advance(MINUTE);
    await w.tell("payout", { payoutId: body.id });
    expect((await t.cancel(body.id)).body).toMatchObject({ code: "conflict" });
    await w.close();
    await start({ cancel: false });
    w.provider.payouts.settings.status = "requires_action";
    const other = await t.create();
    expect((await t.cancel(other.body.id)).body).toMatchObject({ code: "conflict", detail: /does not take/ });
    expect(await balances()).toEqual([15_00, 5_00]);
  });
});

describe("a step-up", () => {
  beforeEach(async () => {
    await w.close();
    const risk = {
      levels: [{ minAgeDays: 0, consents: [], sharePercent: 100 }],
      stepUp: { above: { USD: 5_00 } },
    };
    w = await createFakePaymentsWorld({ capabilities: { payouts: fakePayouts }, risk });
    ada = await w.world.person("ada", { funds: usd(20_00) });
    t = withdrawalsOf(w);
  });
  const approved = async (amount = usd(5_00), status: "approved" | "pending" = "approved") => {
    const id = derivedId("stepUp", String(amount.value), status);
    const now = w.world.clock.now();
    const expiresAt = now + STEP_UP_MS;
    const stepUp = {
      id,
      accountId: ada,
      operation: "withdrawal",
      amount,
      status,
      createdAt: now,
      expiresAt,
    } as const;
    await w.world.table.put({ put: toStepUpItem(stepUp) });
    return id;
  };

  it("is asked for from its amount on, and is used up by the withdrawal that it is for", async () => {
    expect((await t.create("small", { amount: usd(4_99) })).status).toBe(201);
    expect((await t.create()).body).toMatchObject({
      code: "step-up-required",
      stepUp: { operation: "withdrawal", amount: usd(5_00) },
    });
    const stepUp = await approved();
    expect((await t.create("w1", { stepUp })).status).toBe(201);
    expect((await t.create("w1")).headers["idempotent-replayed"]).toBe("true");
    expect((await t.create("w2", { stepUp })).body.code).toBe("step-up-required");
    expect(await balances()).toEqual([10_01, 9_99]);
  });

  it("is for one amount, and has to be approved", async () => {
    expect((await t.create("w1", { stepUp: await approved(usd(6_00)) })).body.code).toBe("step-up-required");
    expect((await t.create("w1", { stepUp: await approved(usd(5_00), "pending") })).body.code).toBe(
      "step-up-required",
    );
    expect(w.provider.calls).toEqual([]);
    expect(await balances()).toEqual([20_00, 0]);
  });
});
