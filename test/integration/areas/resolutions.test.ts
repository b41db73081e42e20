/** People of ops end what nothing ends by itself: withdrawals and refunds; over a channel in memory. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { auditTable } from "../../../functions/ops/audit-table.ts";
import { opsRoutes } from "../../../functions/ops/contract.ts";
import { opsHandlers } from "../../../functions/ops/handlers.ts";
import { createCampaigns } from "../../../shared/campaigns/store.ts";
import { systemAccount, userAccount } from "../../../shared/ledger/account.ts";
import { DAY, HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import { type AccountId, derivedId } from "../../../shared/platform/ids.ts";
import { FAKE, lost } from "../../builders/fake-channel.ts";
import { createFakePaymentsWorld, type FakePaymentsWorld } from "../../builders/fake-payments-world.ts";
import { book } from "../../builders/ledger-sums.ts";
import { fakePayouts, withdrawalsOf } from "../../builders/withdrawals.ts";
import { usd } from "../../builders/world.ts";

let w: FakePaymentsWorld;
let ada: AccountId;
let t: ReturnType<typeof withdrawalsOf>;

beforeEach(async () => {
  w = await createFakePaymentsWorld({ capabilities: { payouts: fakePayouts } });
  ada = await w.world.person("ada", { funds: usd(20_00) });
  await w.world.person("olivia");
  t = withdrawalsOf(w);
  w.world.newEvents();
});
afterEach(async () => {
  expect(await w.ledgerTotal()).toBe(0);
  const now = w.world.clock.now();
  expect((await auditTable(w.world.table, { cutoff: now + 1, now })).findings).toEqual([]);
  expect((await book(w.world, systemAccount("suspense"))).available).toBe(0);
  await w.close();
});

const balances = async () => {
  const { available, held } = await book(w.world, userAccount(ada));
  return [available, held];
};
type Outcome = "succeeded" | "failed";
const found = { reason: "Looked up with the provider", evidence: "TICKET-4711" };
const resolve = (
  name: "resolveWithdrawal" | "resolveRefund",
  id: string,
  outcome: Outcome,
  rest: Partial<typeof found> = {},
) => w.api.call(name, { as: "olivia!", params: { id }, body: { outcome, ...found, ...rest } });
const opsArea = () =>
  w.world.area(
    opsRoutes,
    opsHandlers({ ...w.deps, campaigns: createCampaigns(w.deps), currencies: ["USD"], channelNames: [] }),
  );

/** A withdrawal whose answer nobody has, and which the channel does not find by our id. */
async function lostWithdrawal(when: "before" | "after"): Promise<string> {
  w.provider.fail(lost("payout", when, 10_000));
  w.provider.payouts.settings.findsByOurId = false;
  const { body } = await t.create();
  await w.live(2 * DAY, HOUR);
  expect(await t.get(body.id)).toMatchObject({ status: "created" });
  expect(w.metrics.get("WithdrawalsNeedingAttention")).toBeGreaterThan(0);
  return body.id;
}

describe("a withdrawal that needs attention", () => {
  const end = (id: string, outcome: Outcome, rest = {}) => resolve("resolveWithdrawal", id, outcome, rest);

  it("is paid when people say so: its hold goes to the channel, and it is announced", async () => {
    const id = await lostWithdrawal("after");
    const { status, body } = await end(id, "succeeded");
    expect([status, body]).toMatchObject([
      200,
      { id, status: "succeeded", owner: ada, amount: usd(5_00), channel: FAKE, decidedBy: "ops" },
    ]);
    expect(await balances()).toEqual([15_00, 0]);
    expect(await t.atChannel()).toBe(5_00);
    expect(w.announced("withdrawal.succeeded")).toBe(1);
    expect(w.metrics.get("WithdrawalsResolved")).toBe(1);
    expect(w.metrics.get("WithdrawalsSucceeded")).toBe(1);
  });

  it("is its owner's again when people say that it failed", async () => {
    const id = await lostWithdrawal("before");
    expect((await end(id, "failed")).body).toMatchObject({ status: "failed", decidedBy: "ops" });
    expect(await t.get(id)).toMatchObject({ status: "failed", failure: { code: "resolved-as-failed" } });
    expect(await balances()).toEqual([20_00, 0]);
    expect(await t.atChannel()).toBe(0);
    expect(w.announced("withdrawal.failed")).toBe(1);
  });

  it("ends once, whoever asks at once, and says so again", async () => {
    const id = await lostWithdrawal("after");
    const replies = await Promise.all(Array.from({ length: 6 }, () => end(id, "succeeded")));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(replies.filter(({ headers }) => headers["idempotent-replayed"] === undefined)).toHaveLength(1);
    const again = await end(id, "succeeded");
    expect([again.status, again.headers["idempotent-replayed"]]).toEqual([200, "true"]);
    expect(w.metrics.get("WithdrawalsResolved")).toBe(1);
    expect(await balances()).toEqual([15_00, 0]);
    for (const other of [await end(id, "failed"), await end(id, "succeeded", { evidence: "TICKET-1" })]) {
      expect(other.body).toMatchObject({ code: "conflict", outcome: "succeeded", decidedBy: "ops" });
    }
  });

  it("is what the channel says, when that answers after all", async () => {
    const id = await lostWithdrawal("after");
    w.provider.payouts.settings.findsByOurId = true;
    t.move(id, "succeeded");
    expect((await end(id, "failed")).body).toMatchObject({
      code: "conflict",
      outcome: "succeeded",
      decidedBy: "channel",
    });
    expect(await balances()).toEqual([15_00, 0]);
    expect((await end(id, "succeeded")).body).toMatchObject({ status: "succeeded", decidedBy: "channel" });
    expect(w.metrics.get("WithdrawalsResolved")).toBeUndefined();
  });

  it("stays open while the channel says that it goes on", async () => {
    const id = await lostWithdrawal("after");
    w.provider.payouts.settings.findsByOurId = true;
    expect((await end(id, "failed")).body).toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("processing"),
    });
    expect(await balances()).toEqual([15_00, 5_00]);
    t.move(id, "succeeded");
    await w.live(7 * HOUR, HOUR);
    expect(await t.get(id)).toMatchObject({ status: "succeeded" });
  });

  it("has it in its history: who, why, and where to look it up", async () => {
    const id = await lostWithdrawal("after");
    await end(id, "succeeded");
    const { body } = await opsArea().call("getWithdrawalHistory", { as: "olivia!", params: { id } });
    const line = body.lines.find(({ source }: { source: string }) => source === "ops");
    expect(line).toMatchObject({
      what: "resolved as succeeded",
      detail: { ...found, outcome: "succeeded", source: "ops", by: expect.stringMatching(/^usr_/) },
    });
    expect(
      body.lines.map(({ source, what }: { source: string; what: string }) => `${source} ${what}`),
    ).toContain("ledger capture");
  });

  it("is nobody's to end but ops's, and has to be there", async () => {
    const id = await lostWithdrawal("after");
    const params = { id };
    const body = { outcome: "failed", ...found };
    expect((await w.api.call("resolveWithdrawal", { as: "ada", params, body })).body.code).toBe(
      "not-permitted",
    );
    expect((await end(derivedId("payout", "none"), "failed")).status).toBe(404);
    expect((await end(id, "failed", { evidence: "" })).status).toBe(400);
    expect(await balances()).toEqual([15_00, 5_00]);
  });
});

describe("a withdrawal that people were wrong about", () => {
  it("and that was paid after all moves no money twice, and is told to people", async () => {
    const id = await lostWithdrawal("after");
    expect((await resolve("resolveWithdrawal", id, "failed")).status).toBe(200);
    const alarms = w.metrics.get("WithdrawalsNeedingAttention") ?? 0;
    t.move(id, "succeeded");
    const channelPayoutId = w.provider.payouts.idOf(id);
    await w.tell("payout", { payoutId: id, channelPayoutId });
    await w.tell("payout", { payoutId: id, channelPayoutId });
    expect(await t.get(id)).toMatchObject({ status: "failed" });
    expect(await balances()).toEqual([20_00, 0]);
    expect(await t.atChannel()).toBe(0);
    expect(w.metrics.get("WithdrawalsNeedingAttention")).toBe(alarms + 2);
    expect(w.announced("withdrawal.succeeded")).toBe(0);
  });

  it("is asked about for a month, so that nobody depends on a callback to hear of it", async () => {
    const id = await lostWithdrawal("after");
    await resolve("resolveWithdrawal", id, "failed");
    const alarms = w.metrics.get("WithdrawalsNeedingAttention") ?? 0;
    t.move(id, "succeeded");
    w.provider.payouts.settings.findsByOurId = true;
    await w.live(2 * DAY, HOUR);
    expect(w.metrics.get("WithdrawalsNeedingAttention")).toBe(alarms + 1);
    expect(await balances()).toEqual([20_00, 0]);
  });

  it("and that was not paid is its owner's again, once", async () => {
    const id = await lostWithdrawal("after");
    await resolve("resolveWithdrawal", id, "succeeded");
    t.move(id, "failed");
    const channelPayoutId = w.provider.payouts.idOf(id);
    await w.tell("payout", { payoutId: id, channelPayoutId });
    await w.tell("payout", { payoutId: id, channelPayoutId });
    expect(await t.get(id)).toMatchObject({ status: "returned", failure: { code: "account_closed" } });
    expect(await balances()).toEqual([20_00, 0]);
    expect(await t.atChannel()).toBe(0);
    expect(w.announced("withdrawal.returned")).toBe(1);
    // The same request again is told what became of it.
    expect((await resolve("resolveWithdrawal", id, "succeeded")).body).toMatchObject({
      status: "returned",
      decidedBy: "channel",
    });
  });
});

describe("a withdrawal that does not need attention", () => {
  it("cannot be ended by hand before it is a week overdue, nor then while the channel answers", async () => {
    const { body } = await t.create();
    const early = await resolve("resolveWithdrawal", body.id, "failed");
    expect(early.body).toMatchObject({ code: "conflict", detail: expect.stringContaining("a week") });
    expect(w.provider.calls).not.toContain("query-payout");
    await w.live(11 * DAY, 6 * HOUR);
    expect((await resolve("resolveWithdrawal", body.id, "failed")).body).toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("processing"),
    });
    w.provider.fail(lost("query-payout", "before", 1));
    expect((await resolve("resolveWithdrawal", body.id, "failed")).body).toMatchObject({
      status: "failed",
      decidedBy: "ops",
    });
    expect(await balances()).toEqual([20_00, 0]);
  });
});

describe("a refund", () => {
  const end = (id: string, outcome: Outcome, rest = {}) => resolve("resolveRefund", id, outcome, rest);
  let paymentId: string;

  /** Ada topped 15.00 up, and asked for it back. */
  async function refunded(): Promise<string> {
    const { body: payment } = await w.api.call("createTopUp", {
      as: "ada",
      key: "pay",
      body: { amount: usd(15_00), channel: FAKE },
    });
    paymentId = payment.id;
    const id = w.provider.payments().at(-1)?.id ?? "";
    w.provider.move(id, "succeeded");
    await w.tell("payment", { channelPaymentId: id });
    const { body } = await w.api.call("createRefund", {
      as: "ada",
      key: "back",
      params: { id: paymentId },
      body: {},
    });
    return body.id;
  }
  /** Nobody knows whether the channel made it, and it can no longer be asked for safely. */
  async function lostRefund(when: "before" | "after"): Promise<string> {
    w.provider.fail(lost("refund", when, 10_000));
    const id = await refunded();
    await w.live(26 * HOUR, HOUR);
    expect(await balances()).toEqual([20_00, 15_00]);
    return id;
  }
  const statusOf = async () =>
    (await w.api.call("listRefunds", { as: "ada", params: { id: paymentId } })).body.items[0].status;
  const refundedOf = async () =>
    (await w.api.call("getPayment", { as: "ada", params: { id: paymentId } })).body.refunded;

  it("of unknown outcome has gone back when people say so", async () => {
    const id = await lostRefund("after");
    expect(await statusOf()).toBe("needs_attention");
    const { status, body } = await end(id, "succeeded");
    expect([status, body]).toMatchObject([
      200,
      { id, paymentId, status: "succeeded", amount: usd(15_00), channel: FAKE, decidedBy: "ops" },
    ]);
    expect(await balances()).toEqual([20_00, 0]);
    expect(w.announced("payment.refunded")).toBe(1);
    expect(w.metrics.get("RefundsResolved")).toBe(1);
    expect((await end(id, "succeeded")).headers["idempotent-replayed"]).toBe("true");
    expect((await end(id, "failed")).body).toMatchObject({ code: "conflict", outcome: "succeeded" });
    const { body: history } = await opsArea().call("getPaymentHistory", {
      as: "olivia!",
      params: { id: paymentId },
    });
    expect(history.lines.find(({ source }: { source: string }) => source === "ops")).toMatchObject({
      what: "resolved as succeeded",
      detail: { refundId: id, ...found },
    });
  });

  it("of unknown outcome is its giver's again when people say that it failed, and may be asked for again", async () => {
    const id = await lostRefund("before");
    expect((await end(id, "failed")).body).toMatchObject({ status: "failed", decidedBy: "ops" });
    expect(await balances()).toEqual([35_00, 0]);
    expect(await refundedOf()).toEqual(usd(0));
  });

  it("ends once, whoever asks at once", async () => {
    const id = await lostRefund("after");
    const replies = await Promise.all(Array.from({ length: 6 }, () => end(id, "failed")));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(w.metrics.get("RefundsResolved")).toBe(1);
    expect(await balances()).toEqual([35_00, 0]);
    expect(await refundedOf()).toEqual(usd(0));
  });

  it("that the channel waits for people with is asked about first", async () => {
    w.provider.settings.refundStatus = "needs_attention";
    const id = await refunded();
    w.provider.moveRefund(w.provider.refunds()[0]?.id ?? "", "failed");
    expect((await end(id, "succeeded")).body).toMatchObject({
      code: "conflict",
      outcome: "failed",
      decidedBy: "channel",
    });
    expect(await balances()).toEqual([35_00, 0]);
  });

  it("that the channel still waits for people with can be ended, and that it goes on with cannot", async () => {
    w.provider.settings.refundStatus = "needs_attention";
    const id = await refunded();
    const made = w.provider.refunds()[0]?.id ?? "";
    w.world.clock.advance(MINUTE);
    w.provider.moveRefund(made, "processing");
    expect((await end(id, "failed")).body).toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("processing"),
    });
    w.world.clock.advance(MINUTE);
    w.provider.moveRefund(made, "needs_attention");
    await w.tell("refund", { channelRefundId: made });
    expect((await end(id, "failed")).body).toMatchObject({ status: "failed", decidedBy: "ops" });
    expect(await balances()).toEqual([35_00, 0]);
  });

  it("that people were wrong about moves no money twice", async () => {
    const id = await lostRefund("after");
    await end(id, "failed");
    const alarms = w.metrics.get("RefundsNeedingAttention") ?? 0;
    const channelRefundId = w.provider.refunds()[0]?.id ?? "";
    await w.tell("refund", { channelRefundId, refundId: id });
    expect(await statusOf()).toBe("failed");
    expect(await balances()).toEqual([35_00, 0]);
    expect(w.metrics.get("RefundsNeedingAttention")).toBe(alarms + 1);
    expect(w.announced("payment.refunded")).toBe(0);
  });

  it("that people took for given and the channel for failed is its giver's again", async () => {
    const id = await lostRefund("after");
    await end(id, "succeeded");
    const channelRefundId = w.provider.refunds()[0]?.id ?? "";
    w.provider.moveRefund(channelRefundId, "failed");
    await w.tell("refund", { channelRefundId, refundId: id });
    await w.tell("refund", { channelRefundId, refundId: id });
    expect(await statusOf()).toBe("failed");
    expect(await balances()).toEqual([35_00, 0]);
    expect(await refundedOf()).toEqual(usd(0));
  });

  it("that is not stuck, or is not there, cannot be ended by hand", async () => {
    w.provider.settings.refundStatus = "processing";
    const id = await refunded();
    expect((await end(id, "failed")).body).toMatchObject({
      code: "conflict",
      detail: expect.stringContaining("30 days"),
    });
    expect((await end(derivedId("refund", "none"), "failed")).status).toBe(404);
    await w.live(31 * DAY, 6 * HOUR);
    w.provider.fail(lost("query-refund", "before", 1));
    expect((await end(id, "failed")).body).toMatchObject({ status: "failed", decidedBy: "ops" });
  });
});
