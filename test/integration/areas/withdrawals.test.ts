/** Withdrawals: money out through a channel; over a channel in memory. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { auditTable } from "../../../functions/ops/audit-table.ts";
import { opsRoutes } from "../../../functions/ops/contract.ts";
import { opsHandlers } from "../../../functions/ops/handlers.ts";
import { changeAccess } from "../../../shared/accounts/change-access.ts";
import { createCampaigns } from "../../../shared/campaigns/store.ts";
import { freeze } from "../../../shared/ledger/access.ts";
import { systemAccount, userAccount } from "../../../shared/ledger/account.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../shared/platform/clock.ts";
import { type AccountId, derivedId } from "../../../shared/platform/ids.ts";
import { STEP_UP_MS, toStepUpItem } from "../../../shared/step-ups/step-up.ts";
import { FAKE } from "../../builders/fake-channel.ts";
import { createFakePaymentsWorld, type FakePaymentsWorld } from "../../builders/fake-payments-world.ts";
import { book } from "../../builders/ledger-sums.ts";
import { fakePayouts, withdrawalsOf } from "../../builders/withdrawals.ts";
import { usd } from "../../builders/world.ts";

let w: FakePaymentsWorld;
let ada: AccountId;
let t: ReturnType<typeof withdrawalsOf>;

async function start(payouts: Partial<typeof fakePayouts> = {}, rest: { idempotencyWindowMs?: number } = {}) {
  w = await createFakePaymentsWorld({ capabilities: { payouts: { ...fakePayouts, ...payouts }, ...rest } });
  ada = await w.world.person("ada", { funds: usd(20_00) });
  await w.world.person("eve", { funds: usd(20_00) });
  t = withdrawalsOf(w);
  w.world.newEvents();
}
beforeEach(() => start());
afterEach(async () => {
  expect(await w.ledgerTotal()).toBe(0);
  const now = w.world.clock.now();
  expect((await auditTable(w.world.table, { cutoff: now + 1, now })).findings).toEqual([]);
  await w.close();
});

const balances = async () => {
  const { available, held } = await book(w.world, userAccount(ada));
  return [available, held];
};
/** What the channel has been given, over the shards of its clearing account. */
const atChannel = () => t.atChannel();

describe("a withdrawal", () => {
  it("holds its money, goes to the channel, and is over when that has delivered it", async () => {
    const { status, body } = await t.create();
    expect([status, body]).toMatchObject([
      201,
      {
        status: "processing",
        amount: usd(5_00),
        channel: FAKE,
        recipient: { type: "paypal_email", email: "ada@example.com" },
        cancelling: false,
      },
    ]);
    expect(await balances()).toEqual([15_00, 5_00]);
    expect(w.provider.payouts.all()).toMatchObject([{ payoutId: body.id, money: usd(5_00) }]);
    t.move(body.id, "succeeded");
    await w.tell("payout", { payoutId: body.id });
    expect(await t.get(body.id)).toMatchObject({ status: "succeeded" });
    expect(await balances()).toEqual([15_00, 0]);
    expect(await atChannel()).toBe(5_00);
    expect(w.announced("withdrawal.succeeded")).toBe(1);
    expect(w.events.find(({ type }) => type === "withdrawal.succeeded")?.data).toEqual({
      withdrawalId: body.id,
      owner: ada,
      amount: usd(5_00),
      channel: FAKE,
    });
    expect(w.metrics.get("WithdrawalsSucceeded")).toBe(1);
  });

  it("may be over at once, and is in its owner's list, newest first, and nobody else's", async () => {
    w.provider.payouts.settings.status = "succeeded";
    const first = await t.create("w1");
    w.world.clock.advance(SECOND);
    const second = await t.create("w2");
    const list = await w.api.call("listWithdrawals", { as: "ada" });
    expect(list.body.items.map(({ id }: { id: string }) => id)).toEqual([second.body.id, first.body.id]);
    expect((await w.api.call("listWithdrawals", { as: "eve" })).body.items).toEqual([]);
    const page = await w.api.call("listWithdrawals", { as: "ada", query: { limit: "1" } });
    const next = { limit: "1", cursor: page.body.nextCursor };
    expect((await w.api.call("listWithdrawals", { as: "ada", query: next })).body.items).toMatchObject([
      { id: first.body.id },
    ]);
    expect((await w.api.call("listWithdrawals", { as: "eve", query: next })).body.code).toBe(
      "cursor-invalid",
    );
    for (const route of ["getWithdrawal", "cancelWithdrawal"] as const) {
      const params = { id: first.body.id };
      expect((await w.api.call(route, { as: "eve", key: "k", params })).status).toBe(404);
    }
  });

  it("is the same again under the same key, and refused for another request", async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => t.create()));
    expect(new Set(replies.map(({ body }) => body.id)).size).toBe(1);
    expect(replies.filter(({ headers }) => headers["idempotent-replayed"] === undefined)).toHaveLength(1);
    expect(await balances()).toEqual([15_00, 5_00]);
    expect(w.provider.payouts.all()).toHaveLength(1);
    expect((await t.create("w1", { amount: usd(6_00) })).body.code).toBe("idempotency-key-reused");
  });

  it("takes no more than there is, whoever asks at once", async () => {
    const replies = await Promise.all(
      Array.from({ length: 6 }, (_, index) => t.create(`race-${index}`, { amount: usd(9_00) })),
    );
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(2);
    expect(replies.filter(({ body }) => body.code === "insufficient-funds")).toHaveLength(4);
    expect(await balances()).toEqual([2_00, 18_00]);
  });

  it("counts towards the limits while it is on its way, and no more when it failed", async () => {
    await w.close();
    w = await createFakePaymentsWorld({
      capabilities: { payouts: fakePayouts },
      limits: { USD: { perTransfer: 10_00, perDay: 10_00, perMonth: 50_00 } },
    });
    ada = await w.world.person("ada", { funds: usd(20_00) });
    t = withdrawalsOf(w);
    const { body } = await t.create("w1", { amount: usd(8_00) });
    expect((await t.create("w2", { amount: usd(8_00) })).body.code).toBe("limit-exceeded");
    t.move(body.id, "failed");
    await w.tell("payout", { payoutId: body.id });
    expect((await t.create("w3", { amount: usd(8_00) })).status).toBe(201);
  });
});

describe("what is refused before anything is written", () => {
  afterEach(async () => {
    expect(w.provider.calls).toEqual([]);
    expect(await balances()).toEqual([20_00, 0]);
  });
  it.each([
    ["too little", { amount: usd(49) }, "amount-not-supported"],
    ["too much", { amount: usd(500_001) }, "amount-not-supported"],
    ["another currency", { amount: { value: 5_00, currency: "JPY" } }, "currency-not-supported"],
    ["an unknown channel", { channel: "otherpay" }, "channel-not-available"],
    ["no recipient", { recipient: undefined }, "invalid-request"],
    [
      "another channel's recipient",
      { recipient: { type: "wechat", openId: "o".repeat(28) } },
      "invalid-request",
    ],
    ["a wrong recipient", { recipient: { type: "paypal_email", email: "ada" } }, "invalid-request"],
    ["more than there is", { amount: usd(20_01) }, "insufficient-funds"],
  ])("%s", async (_name, rest, code) => {
    expect((await t.create("w1", rest)).body.code).toBe(code);
  });

  it("a channel that is switched off, or pays nothing out", async () => {
    w.settings.enabled = false;
    expect((await t.create()).body.code).toBe("channel-not-available");
    await w.close();
    w = await createFakePaymentsWorld();
    ada = await w.world.person("ada", { funds: usd(20_00) });
    t = withdrawalsOf(w);
    expect((await t.create()).body).toMatchObject({
      code: "channel-not-available",
      detail: /pays nothing out/,
    });
  });

  it("a person who is frozen or has accepted nothing", async () => {
    await changeAccess(w.world, ada, { change: (access) => freeze(access, "ops"), memo: "freeze:ops" });
    expect((await t.create()).body.code).toBe("account-frozen");
  });
});

describe("a withdrawal without money", () => {
  it("is declined at once, gives its money back, and is declined again", async () => {
    w.provider.fail({
      operation: "payout",
      times: 1,
      failure: { outcome: "declined", reason: "recipient-not-accepted", code: "NO_SUCH_ACCOUNT" },
    });
    const first = await t.create();
    expect(first.body).toMatchObject({ code: "withdrawal-declined", reason: "recipient-not-accepted" });
    expect(await balances()).toEqual([20_00, 0]);
    expect((await t.create()).body.code).toBe("withdrawal-declined");
    expect(w.provider.payouts.all()).toEqual([]);
    expect(w.announced("withdrawal.failed")).toBe(1);
  });

  it.each(["failed", "cancelled", "returned"] as const)("gives its money back when it %s", async (end) => {
    const { body } = await t.create();
    t.move(body.id, end);
    await w.tell("payout", { channelPayoutId: w.provider.payouts.idOf(body.id) });
    expect(await t.get(body.id)).toMatchObject({ status: end });
    expect(await balances()).toEqual([20_00, 0]);
    expect(await atChannel()).toBe(0);
    expect(w.announced(end === "returned" ? "withdrawal.returned" : "withdrawal.failed")).toBe(1);
  });

  it("is paid back once when it comes back after it was delivered", async () => {
    const { body } = await t.create();
    t.move(body.id, "succeeded");
    await w.tell("payout", { payoutId: body.id });
    t.move(body.id, "returned");
    for (let index = 0; index < 3; index += 1) await w.tell("payout", { payoutId: body.id });
    expect(await t.get(body.id)).toMatchObject({ status: "returned" });
    expect(await balances()).toEqual([20_00, 0]);
    expect(await atChannel()).toBe(0);
    expect(w.announced("withdrawal.returned")).toBe(1);
  });

  it("is told to people when the channel contradicts itself, and moves nothing", async () => {
    const { body } = await t.create();
    t.move(body.id, "failed");
    await w.tell("payout", { payoutId: body.id });
    t.move(body.id, "succeeded");
    await w.tell("payout", { payoutId: body.id });
    expect(await t.get(body.id)).toMatchObject({ status: "failed" });
    expect(await balances()).toEqual([20_00, 0]);
    expect(w.metrics.get("WithdrawalsNeedingAttention")).toBe(1);
  });

  it("pays out a promise made before a freeze", async () => {
    const { body } = await t.create();
    await changeAccess(w.world, ada, { change: (access) => freeze(access, "ops"), memo: "freeze:ops" });
    t.move(body.id, "succeeded");
    await w.tell("payout", { payoutId: body.id });
    expect(await balances()).toEqual([15_00, 0]);
    t.move(body.id, "returned");
    await w.tell("payout", { payoutId: body.id });
    expect(await balances()).toEqual([20_00, 0]);
  });
});

describe("a withdrawal that its owner has to confirm", () => {
  beforeEach(() => {
    w.provider.payouts.settings.status = "requires_action";
  });

  it("shows what confirms it to its owner alone, until it is confirmed", async () => {
    const { body } = await t.create();
    expect(body).toMatchObject({ status: "requires_action", action: { type: "fake_confirm" } });
    expect(body.actionUntil).toBe(new Date(w.world.clock.now() + HOUR).toISOString());
    expect((await t.get(body.id)).action).toEqual(body.action);
    expect(w.announced("withdrawal.action-required")).toBe(1);
    expect(JSON.stringify([w.events, w.lines])).not.toContain(body.action.token);
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

describe("a withdrawal whose outcome nobody knows", () => {
  it.each(["before", "after"] as const)(
    "is one payout when the answer is lost %s it is done",
    async (when) => {
      w.provider.fail({ operation: "payout", times: 3, failure: { outcome: "unknown" }, when });
      const { body } = await t.create();
      expect(body.status).toBe("created");
      expect(await balances()).toEqual([15_00, 5_00]);
      await w.live(HOUR);
      expect(await t.get(body.id)).toMatchObject({ status: "processing" });
      expect(w.provider.payouts.all()).toHaveLength(1);
      expect(await balances()).toEqual([15_00, 5_00]);
      expect((await t.facts(body.id)).filter(({ type }) => type === "call")).toHaveLength(3);
    },
  );

  it("is not asked for again by the same request before that can no longer be under way", async () => {
    w.provider.fail({ operation: "payout", times: 1, failure: { outcome: "unknown" } });
    await t.create();
    expect((await t.create()).body.status).toBe("created");
    expect(w.provider.calls).toHaveLength(1);
    w.world.clock.advance(MINUTE);
    expect((await t.create()).body.status).toBe("processing");
  });

  it("is not given back because a repetition was refused, when the channel has it", async () => {
    w.provider.fail({ operation: "payout", times: 1, failure: { outcome: "unknown" }, when: "after" });
    const { body } = await t.create();
    const declined = { outcome: "declined", reason: "insufficient-funds", code: "NOT_ENOUGH" } as const;
    w.provider.fail({ operation: "payout", times: 1, failure: declined });
    await w.live(5 * MINUTE);
    expect(await t.get(body.id)).toMatchObject({ status: "processing" });
    expect(await balances()).toEqual([15_00, 5_00]);
  });

  it("is given back when a repetition was refused and the channel has nothing", async () => {
    w.provider.fail({ operation: "payout", times: 1, failure: { outcome: "unknown" } });
    const { body } = await t.create();
    const declined = { outcome: "declined", reason: "insufficient-funds", code: "NOT_ENOUGH" } as const;
    w.provider.fail({ operation: "payout", times: 1, failure: declined });
    await w.live(5 * MINUTE);
    expect(await t.get(body.id)).toMatchObject({ status: "failed", failure: { code: "insufficient-funds" } });
    expect(await balances()).toEqual([20_00, 0]);
  });

  describe("for longer than it may be asked for again", () => {
    const silent = { operation: "payout", times: 10_000, failure: { outcome: "unknown" } } as const;

    it("fails when the channel has never made it", async () => {
      w.provider.fail(silent);
      const { body } = await t.create();
      await w.live(2 * DAY, 10 * MINUTE);
      expect(await t.get(body.id)).toMatchObject({ status: "failed", failure: { code: "never-made" } });
      expect(await balances()).toEqual([20_00, 0]);
    });

    it("is found by our id", async () => {
      w.provider.fail({ ...silent, when: "after" });
      const { body } = await t.create();
      await w.live(2 * DAY, 10 * MINUTE);
      expect(await t.get(body.id)).toMatchObject({ status: "processing" });
    });

    it("is left to people where the channel cannot find it, and its money stays held for years", async () => {
      w.provider.fail({ ...silent, when: "after" });
      w.provider.payouts.settings.findsByOurId = false;
      const { body } = await t.create();
      await w.live(3 * DAY, 10 * MINUTE);
      const calls = w.provider.calls.filter((call) => call === "payout").length;
      expect(w.metrics.get("WithdrawalsNeedingAttention")).toBeGreaterThan(0);
      expect(w.metrics.get("OldestUnfinishedPaymentSeconds")).toBeDefined();
      await w.live(1_000 * DAY, 30 * DAY);
      expect(await t.get(body.id)).toMatchObject({ status: "created" });
      expect(await balances()).toEqual([15_00, 5_00]);
      expect(w.provider.calls.filter((call) => call === "payout")).toHaveLength(calls);
      // A person found out: the channel's own id comes with its next callback.
      t.move(body.id, "succeeded");
      await w.tell("payout", { payoutId: body.id, channelPayoutId: w.provider.payouts.idOf(body.id) });
      expect(await t.get(body.id)).toMatchObject({ status: "succeeded" });
      expect(await balances()).toEqual([15_00, 0]);
    });
  });

  it("is in the alarm's metric when it takes too long", async () => {
    await t.create();
    await w.live(4 * DAY, 2 * HOUR);
    await w.live(5 * MINUTE, 5 * MINUTE);
    expect(w.metrics.get("OldestUnfinishedPaymentSeconds")).toBeGreaterThan(3_600);
  });
});

describe("callbacks", () => {
  it("that come before anything is known of it wait, and are followed then", async () => {
    const { body } = await t.create();
    await w.tell("payout", { channelPayoutId: "po_of-nobody" });
    expect(await w.items("WAITING#")).toHaveLength(1);
    t.move(body.id, "succeeded");
    await w.tell("payout", { payoutId: body.id }, { eventId: "same" });
    await w.tell("payout", { payoutId: body.id }, { eventId: "same" });
    await w.consume({ twice: true });
    expect(await atChannel()).toBe(5_00);
    expect(w.announced("withdrawal.succeeded")).toBe(1);
  });

  it("are tried again when the channel does not answer", async () => {
    const { body } = await t.create();
    t.move(body.id, "succeeded");
    w.provider.fail({ operation: "query-payout", times: 1, failure: { outcome: "unknown" } });
    await w.tell("payout", { payoutId: body.id });
    expect(w.unhandled()).toBe(1);
    await w.consume();
    expect(await t.get(body.id)).toMatchObject({ status: "succeeded" });
  });

  it("of another amount move nothing", async () => {
    const { body } = await t.create();
    t.move(body.id, "succeeded", 4_99);
    await w.tell("payout", { payoutId: body.id });
    expect(await t.get(body.id)).toMatchObject({ status: "processing" });
    expect(await balances()).toEqual([15_00, 5_00]);
    expect(w.metrics.get("WithdrawalsNeedingAttention")).toBe(1);
  });

  it("of the other mode are nothing at all", async () => {
    w.provider.payouts.settings.livemode = true;
    const { body } = await t.create();
    expect(body.status).toBe("created");
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

describe("its history", () => {
  it("has all that is known of it in the order of time, and not whom it goes to", async () => {
    const ops = w.world.area(
      opsRoutes,
      opsHandlers({ ...w.deps, campaigns: createCampaigns(w.deps), currencies: ["USD"] }),
    );
    const history = async (id: string) => ops.call("getWithdrawalHistory", { as: "ops!", params: { id } });
    await w.world.person("ops");
    w.provider.fail({ operation: "payout", times: 1, failure: { outcome: "unknown" } });
    const { body } = await t.create();
    await w.live(2 * MINUTE);
    t.move(body.id, "succeeded");
    w.world.clock.advance(SECOND);
    await w.tell("payout", { payoutId: body.id });
    t.move(body.id, "returned");
    w.world.clock.advance(SECOND);
    await w.tell("payout", { payoutId: body.id });
    const reply = await history(body.id);
    expect(reply.body).toMatchObject({
      id: body.id,
      status: "returned",
      owner: ada,
      amount: usd(5_00),
      channel: FAKE,
    });
    const lines: { source: string; what: string; at: string }[] = reply.body.lines;
    expect(lines.map(({ at }) => at)).toEqual(lines.map(({ at }) => at).toSorted());
    const said = lines.map(({ source, what }) => `${source} ${what}`);
    for (const line of [
      "withdrawal created",
      "call payout unknown",
      "withdrawal processing",
      "withdrawal succeeded",
      "withdrawal returned",
      "callback fake.payout",
      "ledger hold",
      "ledger capture",
      "ledger transfer",
    ]) {
      expect(said).toContain(line);
    }
    expect(JSON.stringify(reply.body)).not.toContain("ada@example.com");
    expect((await history(derivedId("payout", "none"))).status).toBe(404);
    expect((await ops.call("getWithdrawalHistory", { as: "ada", params: { id: body.id } })).status).toBe(403);
  });
});

describe("a process that ends at any moment", () => {
  const story = async (): Promise<void> => {
    await t.create().catch(() => {});
    const known = w.provider.payouts.all()[0];
    if (known !== undefined) t.move(known.payoutId, "succeeded");
    w.world.clock.advance(MINUTE);
    await w.sweep().catch(() => {});
  };

  it("leaves one payout of one withdrawal, brought to its end by who comes next", async () => {
    w.crashes.plan(undefined);
    await story();
    const points = w.crashes.count();
    for (let at = 1; at <= points; at += 1) {
      for (const when of ["before", "after"] as const) {
        await w.close();
        await start();
        w.crashes.plan({ at, when });
        await story();
        w.crashes.plan(undefined);
        w.world.clock.advance(MINUTE);
        expect((await t.create()).status).toBe(201);
        for (const { payoutId } of w.provider.payouts.all()) t.move(payoutId, "succeeded");
        await w.live(HOUR);
        expect(await balances()).toEqual([15_00, 0]);
        expect(await atChannel()).toBe(5_00);
        expect(w.provider.payouts.all()).toHaveLength(1);
        expect(w.announced("withdrawal.succeeded")).toBe(1);
      }
    }
    expect(points).toBeGreaterThanOrEqual(5);
  });
});

it("suspense stays untouched by all of this", async () => {
  await t.create();
  expect((await book(w.world, systemAccount("suspense"))).available).toBe(0);
});
