/** Refunds, to the balance and through the channel; over a channel in memory. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { opsRoutes } from "../../../functions/ops/contract.ts";
import { opsHandlers } from "../../../functions/ops/handlers.ts";
import { changeAccess } from "../../../shared/accounts/change-access.ts";
import { createCampaigns } from "../../../shared/campaigns/store.ts";
import { freeze } from "../../../shared/ledger/access.ts";
import { systemAccount, userAccount } from "../../../shared/ledger/account.ts";
import { DAY, HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import { FAKE, fakeCapabilities, lost } from "../../builders/fake-channel.ts";
import { createFakePaymentsWorld, type FakePaymentsWorld } from "../../builders/fake-payments-world.ts";
import { book } from "../../builders/ledger-sums.ts";
import { usd } from "../../builders/world.ts";

let w: FakePaymentsWorld;
let ada: AccountId;
let ben: AccountId;

async function start(options: Parameters<typeof createFakePaymentsWorld>[0] = {}): Promise<void> {
  w = await createFakePaymentsWorld(options);
  ada = await w.world.person("ada", { funds: usd(10_00) });
  ben = await w.world.person("ben");
  await w.world.person("eve");
  w.world.newEvents();
}
beforeEach(() => start());
afterEach(() => w.close());

/** Ada paid Ben 25.00: 10.00 from her balance, 15.00 through the channel. */
async function paidPayment(): Promise<string> {
  const body = { to: { id: ben }, amount: usd(25_00), channel: FAKE };
  const { body: payment } = await w.api.call("createPayment", { as: "ada", key: "pay", body });
  await settle();
  return payment.id;
}
/** Ada topped 15.00 up. */
async function toppedUp(): Promise<string> {
  const body = { amount: usd(15_00), channel: FAKE };
  const { body: payment } = await w.api.call("createTopUp", { as: "ada", key: "pay", body });
  await settle();
  return payment.id;
}
async function settle(): Promise<void> {
  const id = w.provider.payments().at(-1)?.id ?? "";
  w.provider.move(id, "succeeded");
  await w.tell("payment", { channelPaymentId: id });
}
const refund = (id: string, body: Record<string, unknown> = {}, as = "ben", key = "r1") =>
  w.api.call("createRefund", { as, key, params: { id }, body });
const list = (id: string, as: string) => w.api.call("listRefunds", { as, params: { id } });
const payment = async (id: string) => (await w.api.call("getPayment", { as: "ada", params: { id } })).body;
/** Available and held of ada and of ben. */
const balances = async () => {
  const [a, b] = [await book(w.world, userAccount(ada)), await book(w.world, userAccount(ben))];
  return [a.available, a.held, b.available, b.held];
};
const suspense = async () => (await book(w.world, systemAccount("suspense"))).available;

describe("into the payer's balance", () => {
  it("is done at once, in parts, up to what was paid", async () => {
    const id = await paidPayment();
    const first = await refund(id, { amount: usd(5_00), reason: "half cold" });
    expect([first.status, first.body]).toMatchObject([
      201,
      { status: "succeeded", to: "balance", amount: usd(5_00), reason: "half cold", paymentId: id },
    ]);
    expect(await balances()).toEqual([5_00, 0, 20_00, 0]);
    expect(await payment(id)).toMatchObject({ refunded: usd(5_00), status: "succeeded" });
    expect((await refund(id, { amount: usd(20_01) }, "ben", "r2")).body).toMatchObject({
      code: "refund-not-possible",
      reason: "too-much",
      remaining: 20_00,
    });
    expect((await refund(id, {}, "ben", "r3")).body.amount).toEqual(usd(20_00));
    expect(await balances()).toEqual([25_00, 0, 0, 0]);
    expect((await refund(id, {}, "ben", "r4")).body.reason).toBe("too-much");
    for (const as of ["ada", "ben"]) expect((await list(id, as)).body.items).toHaveLength(2);
    expect(w.announced("payment.refunded")).toBe(2);
    expect(w.events.find(({ type }) => type === "payment.refunded")?.data).toMatchObject({
      paymentId: id,
      owner: ada,
      from: ben,
      amount: usd(5_00),
      to: "balance",
    });
    expect(await w.ledgerTotal()).toBe(0);
    expect(w.provider.refunds()).toEqual([]);
  });

  it("is the same again under the same key, and refused for another request", async () => {
    const id = await paidPayment();
    const replies = await Promise.all(Array.from({ length: 8 }, () => refund(id, { amount: usd(3_00) })));
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(replies.filter(({ headers }) => headers["idempotent-replayed"] === undefined)).toHaveLength(1);
    expect(await balances()).toEqual([3_00, 0, 22_00, 0]);
    expect((await refund(id, { amount: usd(4_00) })).body.code).toBe("idempotency-key-reused");
    const other = await w.api.call("createPayment", {
      as: "ada",
      key: "other",
      body: { to: { id: ben }, amount: usd(1_00) },
    });
    expect((await refund(other.body.id, { amount: usd(3_00) })).body.code).toBe("idempotency-key-reused");
  });

  it("never gives more than came, whoever asks at once", async () => {
    const id = await paidPayment();
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, index) => refund(id, { amount: usd(10_00) }, "ben", `race-${index}`)),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(2);
    expect(await balances()).toEqual([20_00, 0, 5_00, 0]);
    expect(await payment(id)).toMatchObject({ refunded: usd(20_00) });
  });

  it("is the payee's to give, of money that they have and may move", async () => {
    const id = await paidPayment();
    expect((await refund(id, {}, "ada")).body.code).toBe("not-permitted");
    expect((await refund(id, {}, "eve")).status).toBe(404);
    expect((await list(id, "eve")).status).toBe(404);
    await w.transfers.call("createTransfer", { as: "ben", body: { payee: { id: ada }, amount: usd(20_00) } });
    expect((await refund(id, { amount: usd(6_00) })).body.code).toBe("insufficient-funds");
    await changeAccess(w.world, ben, { change: (access) => freeze(access, "ops"), memo: "freeze:ops" });
    expect((await refund(id, { amount: usd(1_00) }, "ben", "r2")).body.code).toBe("account-frozen");
    expect(await payment(id)).toMatchObject({ refunded: usd(0) });
  });

  it("gives nothing of what was not paid, or is in the payer's own wallet", async () => {
    const body = { to: { id: ben }, amount: usd(25_00), channel: FAKE };
    const { body: open } = await w.api.call("createPayment", { as: "ada", key: "open", body });
    expect((await refund(open.id, {}, "ben")).status).toBe(404);
    expect((await refund(open.id, {}, "ada")).body).toMatchObject({ reason: "not-paid" });
    await w.api.call("cancelPayment", { as: "ada", params: { id: open.id } });
    const id = await toppedUp();
    expect((await refund(id, { to: "balance" }, "ada")).body.reason).toBe("way-not-possible");
  });
});

describe("through the channel", () => {
  it("takes the held money when the channel has given it back", async () => {
    const id = await paidPayment();
    w.provider.settings.refundStatus = "processing";
    const { body } = await refund(id, { to: "channel", amount: usd(12_00) });
    expect(body).toMatchObject({ status: "processing", to: "channel" });
    expect(await balances()).toEqual([0, 0, 13_00, 12_00]);
    const [made] = w.provider.refunds();
    w.provider.moveRefund(made?.id ?? "", "succeeded");
    await w.tell("refund", { refundId: body.id });
    expect((await list(id, "ben")).body.items).toMatchObject([{ status: "succeeded" }]);
    expect(await balances()).toEqual([0, 0, 13_00, 0]);
    expect(w.announced("payment.refunded")).toBe(1);
    expect((await refund(id, { to: "channel" }, "ben", "r2")).body).toMatchObject({ amount: usd(3_00) });
    expect((await refund(id, { to: "channel" }, "ben", "r3")).body).toMatchObject({ reason: "too-much" });
    expect(await w.ledgerTotal()).toBe(0);
  });

  it("of a top-up is its owner's to ask for, and does not count towards limits", async () => {
    await w.close();
    await start({ limits: { USD: { perTransfer: 1, perDay: 1, perMonth: 1 } } });
    const id = await toppedUp();
    const { body } = await refund(id, {}, "ada");
    expect(body).toMatchObject({ to: "channel", amount: usd(15_00), status: "succeeded" });
    expect(await balances()).toEqual([10_00, 0, 0, 0]);
    expect(await payment(id)).toMatchObject({ refunded: usd(15_00) });
  });

  it("that fails gives the money and the room for it back", async () => {
    const id = await toppedUp();
    w.provider.settings.refundStatus = "failed";
    expect((await refund(id, {}, "ada")).body).toMatchObject({
      status: "failed",
      failure: { code: "returned" },
    });
    expect(await balances()).toEqual([25_00, 0, 0, 0]);
    expect(await payment(id)).toMatchObject({ refunded: usd(0) });
    w.provider.settings.refundStatus = "succeeded";
    expect((await refund(id, {}, "ada", "r2")).body.status).toBe("succeeded");
  });

  it("that is declined says so each time", async () => {
    const id = await toppedUp();
    w.provider.fail({
      operation: "refund",
      times: 1,
      failure: { outcome: "declined", reason: "too-late", code: "EXPIRED" },
    });
    expect((await refund(id, {}, "ada")).body).toMatchObject({ code: "refund-declined", reason: "too-late" });
    expect((await refund(id, {}, "ada")).body.code).toBe("refund-declined");
    expect(await balances()).toEqual([25_00, 0, 0, 0]);
  });

  it("that comes back after it succeeded is its giver's again", async () => {
    const id = await toppedUp();
    await refund(id, {}, "ada");
    const [made] = w.provider.refunds();
    w.provider.moveRefund(made?.id ?? "", "failed");
    await w.tell("refund", { channelRefundId: made?.id ?? "" });
    await w.tell("refund", { channelRefundId: made?.id ?? "" });
    expect((await list(id, "ada")).body.items).toMatchObject([{ status: "failed" }]);
    expect(await balances()).toEqual([25_00, 0, 0, 0]);
    expect(await payment(id)).toMatchObject({ refunded: usd(0) });
    expect(await w.ledgerTotal()).toBe(0);
  });

  it("that waits for a person is looked at daily, with an alarm", async () => {
    const id = await toppedUp();
    w.provider.settings.refundStatus = "needs_attention";
    expect((await refund(id, {}, "ada")).body.status).toBe("needs_attention");
    expect(w.metrics.get("RefundsNeedingAttention")).toBe(1);
    await w.live(2 * DAY + HOUR, HOUR);
    expect(w.metrics.get("RefundsNeedingAttention")).toBe(3);
    w.provider.moveRefund(w.provider.refunds()[0]?.id ?? "", "succeeded");
    await w.live(DAY + HOUR, HOUR);
    expect((await list(id, "ada")).body.items).toMatchObject([{ status: "succeeded" }]);
    expect(await balances()).toEqual([10_00, 0, 0, 0]);
  });

  it("whose answer was lost is asked for again, and made once", async () => {
    const id = await toppedUp();
    w.provider.fail(lost("refund", "after"));
    expect((await refund(id, {}, "ada")).body.status).toBe("created");
    expect(await balances()).toEqual([10_00, 15_00, 0, 0]);
    await w.live(3 * MINUTE);
    expect((await list(id, "ada")).body.items).toMatchObject([{ status: "succeeded" }]);
    expect(w.provider.refunds()).toHaveLength(1);
    expect(await balances()).toEqual([10_00, 0, 0, 0]);
    expect((await w.facts(id)).filter(({ type }) => type === "call")).toMatchObject([
      { operation: "refund" },
    ]);
  });

  it("that nobody answers about for a day waits for a person, and keeps the money", async () => {
    const id = await toppedUp();
    w.provider.fail(lost("refund", "before", 10_000));
    await refund(id, {}, "ada");
    await w.live(26 * HOUR, HOUR);
    expect((await list(id, "ada")).body.items).toMatchObject([
      { status: "needs_attention", failure: { code: "outcome-unknown" } },
    ]);
    expect(await balances()).toEqual([10_00, 15_00, 0, 0]);
  });

  it("of another amount than was asked waits for a person", async () => {
    const id = await toppedUp();
    w.provider.settings.refundStatus = "processing";
    await refund(id, {}, "ada");
    const [made] = w.provider.refunds();
    Object.assign(made ?? {}, { money: { value: 14_00, currency: "USD" }, status: "succeeded" });
    await w.tell("refund", { channelRefundId: made?.id ?? "" });
    expect((await list(id, "ada")).body.items).toMatchObject([
      { status: "needs_attention", failure: { code: "amount-mismatch" } },
    ]);
  });

  it("follows the channel's rules: window, count, whole amounts, and time between two", async () => {
    await w.close();
    const refunds = { ...fakeCapabilities.refunds, supported: true as const };
    await start({
      capabilities: {
        refunds: {
          ...refunds,
          partial: true,
          maxCount: 2,
          windowMs: 10 * DAY,
          minIntervalMs: 2 * MINUTE,
          mayFailAfterSuccess: false,
        },
      },
    });
    const id = await toppedUp();
    expect((await refund(id, { amount: usd(1_00) }, "ada", "a")).body.status).toBe("succeeded");
    expect((await refund(id, { amount: usd(1_00) }, "ada", "b")).body.status).toBe("created");
    expect(w.provider.refunds()).toHaveLength(1);
    expect((await refund(id, { amount: usd(1_00) }, "ada", "c")).body.reason).toBe("too-many");
    await w.live(3 * MINUTE);
    expect(w.provider.refunds()).toHaveLength(2);
    const body = { amount: usd(15_00), channel: FAKE };
    const { body: second } = await w.api.call("createTopUp", { as: "ada", key: "pay2", body });
    await settle();
    w.world.clock.advance(11 * DAY);
    expect((await refund(second.id, {}, "ada", "d")).body.reason).toBe("too-late");
  });

  it("is not offered where the channel has no refunds, or only whole ones", async () => {
    await w.close();
    await start({ capabilities: { refunds: { supported: false } } });
    expect((await refund(await toppedUp(), {}, "ada")).body.reason).toBe("way-not-possible");
    await w.close();
    await start({
      capabilities: {
        refunds: {
          supported: true,
          partial: false,
          maxCount: 1,
          windowMs: DAY,
          minIntervalMs: 0,
          mayFailAfterSuccess: false,
        },
      },
    });
    const id = await toppedUp();
    expect((await refund(id, { amount: usd(1_00) }, "ada")).body.reason).toBe("in-full-only");
    expect((await refund(id, {}, "ada", "r2")).body.status).toBe("succeeded");
  });

  it("whose hold was lost takes from suspense, with an entry that says so", async () => {
    const id = await toppedUp();
    w.provider.settings.refundStatus = "processing";
    const { body } = await refund(id, {}, "ada");
    const [hold] = await w.items("HOLD#");
    const holdId = String(hold?.["id"]) as Parameters<typeof w.deps.holds.release>[0];
    expect((await w.deps.holds.release(holdId)).ok).toBe(true);
    w.provider.moveRefund(w.provider.refunds()[0]?.id ?? "", "succeeded");
    await w.tell("refund", { refundId: body.id });
    expect(await suspense()).toBe(-15_00);
    expect(await w.ledgerTotal()).toBe(0);
  });

  it("that was made at the channel itself is noted", async () => {
    const id = await toppedUp();
    await w.tell("refund", { channelPaymentId: "fp_1", channelRefundId: "re_elsewhere" });
    expect((await w.facts(id)).filter(({ type }) => type === "noted")).toMatchObject([{ about: "refund" }]);
    expect(w.lines.some((line) => line.startsWith("callback-for-people"))).toBe(true);
  });
});

describe("the history of a payment", () => {
  it("tells people of ops everything in the order of time, and nobody else", async () => {
    w.provider.fail(lost("create", "after"));
    const body = { to: { id: ben }, amount: usd(25_00), channel: FAKE };
    const { body: made } = await w.api.call("createPayment", { as: "ada", key: "pay", body });
    await w.live(2 * MINUTE);
    await settle();
    w.world.clock.advance(MINUTE);
    await refund(made.id, { to: "channel", amount: usd(12_00) });
    const ops = w.world.area(
      opsRoutes,
      opsHandlers({ ...w.deps, campaigns: createCampaigns(w.deps), currencies: ["USD"], channelNames: [] }),
    );
    const history = await ops.call("getPaymentHistory", { as: "olivia!", params: { id: made.id } });
    const lines: { at: string; source: string; what: string; detail: Record<string, unknown> }[] =
      history.body.lines;
    expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).toSorted());
    const said = lines.map(({ source, what }) => `${source} ${what}`);
    for (const line of [
      "payment created",
      "call create unknown",
      "ledger hold",
      "payment requires_action",
      "callback fake.payment",
      "payment succeeded",
      "ledger capture",
      "refund created",
      "refund succeeded",
    ])
      expect(said).toContain(line);
    const entries = lines.filter(({ source }) => source === "ledger");
    expect(entries).toHaveLength(1 + 3 + 1 + 2);
    const sums = entries.map(({ detail }) => Number(detail["available"]) + Number(detail["held"]));
    expect(sums.reduce((sum, value) => sum + value, 0)).toBe(0);
    expect(JSON.stringify(history.body)).not.toContain("secret-of");
    expect((await ops.call("getPaymentHistory", { as: "ada", params: { id: made.id } })).status).toBe(403);
    const params = { id: made.id.replace(/.$/, made.id.endsWith("0") ? "1" : "0") };
    expect((await ops.call("getPaymentHistory", { as: "olivia!", params })).status).toBe(404);
  });
});

describe("a process that ends anywhere while it refunds", () => {
  async function crashing(id: string, at: number, when: "before" | "after"): Promise<number> {
    w.crashes.plan({ at, when });
    await refund(id, { to: "channel", amount: usd(12_00) }).catch(() => undefined);
    const effects = w.crashes.count();
    w.crashes.plan(undefined);
    return effects;
  }

  it("leaves one refund, and the money right", async () => {
    const effects = await crashing(await paidPayment(), 0, "before");
    expect(effects).toBe(3);
    for (let at = 1; at <= effects; at += 1) {
      for (const when of ["before", "after"] as const) {
        await w.close();
        await start();
        const id = await paidPayment();
        await crashing(id, at, when);
        await refund(id, { to: "channel", amount: usd(12_00) });
        await w.live(10 * MINUTE);
        expect((await list(id, "ben")).body.items).toMatchObject([{ status: "succeeded" }]);
        expect([at, when, await balances()]).toEqual([at, when, [0, 0, 13_00, 0]]);
        expect(w.provider.refunds()).toHaveLength(1);
        expect(await payment(id)).toMatchObject({ refunded: usd(12_00) });
        expect(w.announced("payment.refunded")).toBe(1);
        expect(await w.ledgerTotal()).toBe(0);
      }
    }
  }, 30_000);
});
