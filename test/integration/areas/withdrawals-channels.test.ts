/** Withdrawals through every channel that pays out, each against its simulator: delivered, refused, called off, back. */
import { afterEach, describe, expect, it } from "vitest";
import type { SimulatorAction } from "../../../local/channels/simulator.ts";
import type { ChannelName } from "../../../shared/channels/registry.ts";
import { userAccount } from "../../../shared/ledger/account.ts";
import type { Currency } from "../../../shared/money/currencies.ts";
import { type Money, minorUnits } from "../../../shared/money/money.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import { type ChannelBase, createChannelBase } from "../../builders/channel-base.ts";
import { book } from "../../builders/ledger-sums.ts";
import type { PaymentsBase } from "../../builders/payments-base.ts";
import type { Outside } from "../../builders/whole-outside.ts";

type Way = {
  readonly currency: Currency;
  readonly recipient: Readonly<Record<string, string>>;
  /** Someone whom the channel cannot pay, told at once or later. */
  readonly nobody?: Readonly<Record<string, string>>;
};

const ways: Readonly<Partial<Record<ChannelName, Way>>> = {
  stripe: {
    currency: "USD",
    recipient: { type: "stripe_account", accountId: "acct_1Ada" },
    nobody: { type: "stripe_account", accountId: "acct_1Unknown" },
  },
  "wechat-pay": {
    currency: "CNY",
    recipient: { type: "wechat", openId: "oAdaAdaAdaAdaAdaAdaAdaAdaAda" },
  },
  alipay: { currency: "CNY", recipient: { type: "alipay_user", userId: "2088101117955611" } },
  paypal: {
    currency: "USD",
    recipient: { type: "paypal_email", email: "ada@example.com" },
    nobody: { type: "paypal_email", email: "invalid@example.com" },
  },
};
const names = Object.keys(ways) as (keyof typeof ways)[];

let world: ChannelBase;
let base: PaymentsBase;
let outside: Outside;
let ada: AccountId;
let channel: ChannelName;

async function start(name: ChannelName): Promise<Way> {
  const way = ways[name];
  if (way === undefined) throw new Error(`${name} pays nothing out`);
  channel = name;
  world = await createChannelBase(name);
  ({ base, outside } = world);
  ada = await base.world.person("ada", { funds: money(100_00, way.currency) });
  return way;
}
afterEach(async () => {
  expect(await base.ledgerTotal()).toBe(0);
  await world.close();
});

const money = (value: number, currency: Currency): Money => ({ value: minorUnits(value), currency });
const create = (way: Way, recipient = way.recipient) =>
  base.api.call("createWithdrawal", {
    as: "ada",
    key: "out",
    body: { amount: money(20_00, way.currency), channel, recipient },
  });
const get = async (id: string) => (await base.api.call("getWithdrawal", { as: "ada", params: { id } })).body;
const cancel = (id: string) => base.api.call("cancelWithdrawal", { as: "ada", key: "c", params: { id } });
const balances = async (way: Way) => {
  const { available, held } = await book(base.world, userAccount(ada), way.currency);
  return [available, held];
};
const payoutAt = () =>
  outside.providers
    .of(channel)
    .control.objects()
    .findLast(({ kind }) => kind === "payout");
const act = async (action: Extract<SimulatorAction, { kind: "payout" }>["action"]): Promise<void> => {
  const id = payoutAt()?.id ?? "";
  outside.providers.of(channel).control.act({ kind: "payout", id, action });
  await world.live(2);
};

describe.each(names)("through %s", (name) => {
  it("is delivered, once", async () => {
    const way = await start(name);
    const { status, body } = await create(way);
    expect(status).toBe(201);
    await world.live(2);
    if (name === "wechat-pay") await act("confirm");
    await world.live(3);
    expect(await get(body.id)).toMatchObject({ status: "succeeded" });
    expect(await balances(way)).toEqual([80_00, 0]);
    expect((await create(way)).headers["idempotent-replayed"]).toBe("true");
    const payouts = outside.providers
      .of(channel)
      .control.objects()
      .filter(({ kind }) => kind === "payout");
    expect(payouts).toMatchObject([{ value: 20_00, currency: way.currency }]);
    expect(base.announced("withdrawal.succeeded")).toBe(1);
  });
});

describe.each(names.filter((name) => ways[name]?.nobody !== undefined))("through %s", (name) => {
  it("to nobody fails and is free again", async () => {
    const way = await start(name);
    await create(way, way.nobody);
    await world.live(3);
    const list = await base.api.call("listWithdrawals", { as: "ada" });
    expect(list.body.items).toMatchObject([{ status: "failed" }]);
    expect(await balances(way)).toEqual([100_00, 0]);
  });
});

describe("one that its recipient has to confirm", () => {
  it("is confirmed in WeChat by what its owner was shown, and called off before", async () => {
    const way = await start("wechat-pay");
    const { body } = await create(way);
    expect(body).toMatchObject({ status: "requires_action" });
    expect(body.action.type).toMatch(/wechat/);
    expect((await get(body.id)).action).toEqual(body.action);
    expect((await cancel(body.id)).status).toBe(200);
    await world.live(10);
    expect(await get(body.id)).toMatchObject({ status: "cancelled", cancelling: false });
    expect(await balances(way)).toEqual([100_00, 0]);
  });

  it("waits at PayPal for an account to be opened, and comes back when it is called off", async () => {
    const way = await start("paypal");
    const { body } = await create(way, { type: "paypal_email", email: "unclaimed@example.com" });
    await world.live(2);
    expect(await get(body.id)).toMatchObject({ status: "requires_action" });
    expect((await cancel(body.id)).status).toBe(200);
    await world.live(2);
    expect((await get(body.id)).status).toMatch(/cancelled|returned/);
    expect(await balances(way)).toEqual([100_00, 0]);
  });
});

describe.each(["paypal", "alipay"] as const)("one that %s delivered", (name) => {
  it("is its owner's again when it is sent back", async () => {
    const way = await start(name);
    const { body } = await create(way);
    await world.live(2);
    expect(await balances(way)).toEqual([80_00, 0]);
    await act("return");
    await world.live(60);
    // Some channels tell of it, and of others it is seen in the statement.
    const { status } = await get(body.id);
    expect([status, await balances(way)]).toEqual(["returned", [100_00, 0]]);
    expect(base.announced("withdrawal.returned")).toBe(1);
  });
});
