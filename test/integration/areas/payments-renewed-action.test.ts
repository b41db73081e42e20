/** An app that comes back to an unpaid payment: what it gets is signed anew where the channel signs it. */
import { afterEach, describe, expect, it } from "vitest";
import type { ChannelName } from "../../../shared/channels/registry.ts";
import { userAccount } from "../../../shared/ledger/account.ts";
import type { Currency } from "../../../shared/money/currencies.ts";
import { type ChannelBase, createChannelBase } from "../../builders/channel-base.ts";
import { book } from "../../builders/ledger-sums.ts";

let world: ChannelBase;
afterEach(() => world.close());

type Payer = Readonly<Record<string, string>>;

const get = async (id: string) =>
  (await world.base.api.call("getPayment", { as: "ada", params: { id } })).body;

async function topUp(channel: ChannelName, currency: Currency, payer: Payer = {}) {
  world = await createChannelBase(channel);
  const ada = await world.base.world.person("ada");
  const { status, body } = await world.base.api.call("createTopUp", {
    as: "ada",
    key: "top-up",
    body: { amount: { value: 12_00, currency }, channel, payer },
  });
  expect(status).toBe(201);
  return { ada, payment: body };
}

describe("the action of a payment that is not paid yet", () => {
  it.each([
    [{ type: "app" }, ["nonceStr", "sign", "timeStamp"]],
    [{ type: "jsapi", openId: "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o" }, ["nonceStr", "paySign", "timeStamp"]],
  ] satisfies [Payer, string[]][])("is signed again for WeChat Pay, by %o", async (payer, fresh) => {
    const { payment } = await topUp("wechat-pay", "CNY", payer);
    await world.live(3);
    const again = await get(payment.id);
    const changed = Object.keys(payment.action).filter((name) => again.action[name] !== payment.action[name]);
    expect(changed.sort()).toEqual(fresh);
    expect(Number(again.action.timeStamp) - Number(payment.action.timeStamp)).toBe(3 * 60);
    expect({ ...again, action: undefined }).toEqual({ ...payment, action: undefined });
  });

  it("is signed again for Alipay, and asks for the same order", async () => {
    const { payment } = await topUp("alipay", "CNY");
    await world.live(3);
    const [first, again] = [payment, await get(payment.id)].map(
      ({ action }) => new URLSearchParams(action.orderString),
    );
    const names = [...(first?.keys() ?? [])];
    expect([...(again?.keys() ?? [])]).toEqual(names);
    expect(names.filter((name) => first?.get(name) !== again?.get(name)).sort()).toEqual([
      "sign",
      "timestamp",
    ]);
  });

  it.each([
    ["stripe", "USD"],
    ["paypal", "USD"],
    ["paytm", "INR"],
  ] as const)("stays as it was for %s", async (channel, currency) => {
    const { payment } = await topUp(channel, currency);
    await world.live(3);
    expect((await get(payment.id)).action).toEqual(payment.action);
  });

  it("is nobody else's, and moves no money", async () => {
    const { ada, payment } = await topUp("wechat-pay", "CNY");
    await world.base.world.person("ben");
    const { status } = await world.base.api.call("getPayment", { as: "ben", params: { id: payment.id } });
    expect(status).toBe(404);
    await get(payment.id);
    expect(await book(world.base.world, userAccount(ada), "CNY")).toMatchObject({ available: 0, held: 0 });
  });
});
