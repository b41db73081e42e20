/** Withdrawals: money out through a channel; over a channel in memory. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { opsRoutes } from "../../../functions/ops/contract.ts";
import { opsHandlers } from "../../../functions/ops/handlers.ts";
import { changeAccess } from "../../../shared/accounts/change-access.ts";
import { createCampaigns } from "../../../shared/campaigns/store.ts";
import { freeze } from "../../../shared/ledger/access.ts";
import { systemAccount } from "../../../shared/ledger/account.ts";
import { MINUTE, SECOND } from "../../../shared/platform/clock.ts";
import { type AccountId, derivedId } from "../../../shared/platform/ids.ts";
import { FAKE } from "../../builders/fake-channel.ts";
import { createFakePaymentsWorld, type FakePaymentsWorld } from "../../builders/fake-payments-world.ts";
import { book } from "../../builders/ledger-sums.ts";
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

describe("its history", () => {
  it("has all that is known of it in the order of time, and not whom it goes to", async () => {
    const ops = w.world.area(
      opsRoutes,
      opsHandlers({ ...w.deps, campaigns: createCampaigns(w.deps), currencies: ["USD"], channelNames: [] }),
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

it("suspense stays untouched by all of this", async () => {
  await t.create();
  expect((await book(w.world, systemAccount("suspense"))).available).toBe(0);
});
