/** Delivered withdrawals that come back while the callbacks that tell of it get lost. */
import { afterEach, describe, expect, it } from "vitest";
import { auditTable } from "../../../functions/ops/audit-table.ts";
import type { ChannelName } from "../../../shared/channels/registry.ts";
import { userAccount } from "../../../shared/ledger/account.ts";
import type { Currency } from "../../../shared/money/currencies.ts";
import { type Money, minorUnits } from "../../../shared/money/money.ts";
import { DAY, HOUR } from "../../../shared/platform/clock.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import { type ChannelBase, createChannelBase } from "../../builders/channel-base.ts";
import { lost } from "../../builders/fake-channel.ts";
import { createFakePaymentsWorld, type FakePaymentsWorld } from "../../builders/fake-payments-world.ts";
import { book } from "../../builders/ledger-sums.ts";
import type { PaymentsBase } from "../../builders/payments-base.ts";
import { fakePayouts, withdrawalsOf } from "../../builders/withdrawals.ts";
import { usd } from "../../builders/world.ts";

/** Closes a world after its books were found right. */
let close: (() => Promise<void>) | undefined;
afterEach(async () => {
  await close?.();
  close = undefined;
});

async function checked({ world, ledgerTotal }: PaymentsBase): Promise<void> {
  expect(await ledgerTotal()).toBe(0);
  const now = world.clock.now();
  expect((await auditTable(world.table, { cutoff: now + 1, now })).findings).toEqual([]);
}

const ways: Readonly<
  Partial<Record<ChannelName, { currency: Currency; recipient: Readonly<Record<string, string>> }>>
> = {
  paypal: { currency: "USD", recipient: { type: "paypal_email", email: "ada@example.com" } },
  alipay: { currency: "CNY", recipient: { type: "alipay_user", userId: "2088101117955611" } },
};

describe.each(["paypal", "alipay"] as const)("one that %s sends back without a word", (name) => {
  it.each([1, 20])("on day %i is its owner's again by the sweep", async (day) => {
    const way = ways[name];
    if (way === undefined) throw new Error(`${name} pays nothing out`);
    const world: ChannelBase = await createChannelBase(name);
    const { base, outside } = world;
    close = async () => {
      await checked(base);
      await world.close();
    };
    const money = (value: number): Money => ({ value: minorUnits(value), currency: way.currency });
    const ada = await base.world.person("ada", { funds: money(100_00) });
    const held = async () => {
      const { available, held } = await book(base.world, userAccount(ada), way.currency);
      return [available, held];
    };
    const { body } = await base.api.call("createWithdrawal", {
      as: "ada",
      key: "out",
      body: { amount: money(20_00), channel: name, recipient: way.recipient },
    });
    await world.live(3);
    expect(await held()).toEqual([80_00, 0]);

    const { control } = outside.providers.of(name);
    control.hold();
    const passDays = async (days: number) => {
      for (let passed = 0; passed < days; passed += 1) {
        await outside.pass(DAY);
        await world.live(1);
      }
    };
    await passDays(day - 1);
    const payout = control.objects().findLast(({ kind }) => kind === "payout");
    control.act({ kind: "payout", id: payout?.id ?? "", action: "return" });
    await passDays(31 - day);
    const { body: after } = await base.api.call("getWithdrawal", { as: "ada", params: { id: body.id } });
    expect([after.status, await held()]).toEqual(["returned", [100_00, 0]]);
    expect(base.announced("withdrawal.returned")).toBe(1);

    // The callback that comes after all changes nothing.
    await control.release();
    await world.live(3);
    expect(await held()).toEqual([100_00, 0]);
    expect(base.announced("withdrawal.returned")).toBe(1);
  });
});

describe("one that was delivered", () => {
  let w: FakePaymentsWorld;
  let ada: AccountId;
  let id: string;
  let t: ReturnType<typeof withdrawalsOf>;

  async function delivered(returnsWithinMs: number = fakePayouts.returnsWithinMs) {
    w = await createFakePaymentsWorld({ capabilities: { payouts: { ...fakePayouts, returnsWithinMs } } });
    close = async () => {
      await checked(w);
      await w.close();
    };
    ada = await w.world.person("ada", { funds: usd(20_00) });
    t = withdrawalsOf(w);
    w.provider.payouts.settings.status = "succeeded";
    id = (await t.create()).body.id;
    expect(await t.get(id)).toMatchObject({ status: "succeeded" });
  }
  const asks = () => w.provider.calls.filter((call) => call === "query-payout").length;
  const balances = async () => {
    const { available, held } = await book(w.world, userAccount(ada));
    return [available, held];
  };

  it("is asked about four times in the time in which it can come back, and no more", async () => {
    await delivered();
    const seen: number[] = [];
    for (let day = 1; day <= 60; day += 1) {
      const before = asks();
      await w.live(DAY, 12 * HOUR);
      if (asks() > before) seen.push(day);
    }
    expect([seen, asks()]).toEqual([[1, 3, 9, 27], 4]);
    expect(await t.get(id)).toMatchObject({ status: "succeeded" });
    expect(await balances()).toEqual([15_00, 0]);
    // Nothing of it is left among the work that is due, and its history did not grow by each question.
    expect((await w.items(`PAYOUT#${id}`)).some((item) => "dueAt" in item)).toBe(false);
    expect((await t.facts(id)).length).toBeLessThanOrEqual(2);
  });

  it("is not asked about where nothing comes back", async () => {
    await delivered(0);
    await w.live(60 * DAY, DAY);
    expect(asks()).toBe(0);
  });

  it("and comes back is restored once, however many look at it at once", async () => {
    await delivered();
    t.move(id, "returned");
    w.world.clock.advance(DAY);
    await Promise.all([w.sweep(), w.sweep(), w.sweep()]);
    expect(await t.get(id)).toMatchObject({ status: "returned" });
    expect(await balances()).toEqual([20_00, 0]);
    expect(await t.atChannel()).toBe(0);
    expect(w.announced("withdrawal.returned")).toBe(1);
    await w.live(60 * DAY, DAY);
    expect(asks()).toBeLessThanOrEqual(3);
  });

  it("and comes back while the channel is silent is found when it answers again", async () => {
    await delivered();
    await w.live(26 * DAY, DAY);
    t.move(id, "returned");
    w.provider.fail(lost("query-payout", "before", 3));
    await w.live(2 * DAY, DAY);
    expect(await t.get(id)).toMatchObject({ status: "succeeded" });
    await w.live(3 * DAY, DAY);
    expect(await t.get(id)).toMatchObject({ status: "returned" });
    expect(await balances()).toEqual([20_00, 0]);
  });

  it("is given up a week after the last question that nobody answered", async () => {
    await delivered();
    w.provider.fail(lost("query-payout", "before", 1_000));
    await w.live(60 * DAY, DAY);
    expect(asks()).toBe(4 + 7);
    expect((await w.items(`PAYOUT#${id}`)).some((item) => "dueAt" in item)).toBe(false);
  });
});
