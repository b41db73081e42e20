/** A payment through Paytm whose first attempt is declined: its payer may try again in the same order. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { userAccount } from "../../../shared/ledger/account.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import { type ChannelBase, createChannelBase } from "../../builders/channel-base.ts";
import { book } from "../../builders/ledger-sums.ts";

const VALUE = 50_00;

let world: ChannelBase;
let ada: AccountId;
let ben: AccountId;
beforeEach(async () => {
  world = await createChannelBase("paytm");
  ada = await world.base.world.person("ada");
  ben = await world.base.world.person("ben");
});
afterEach(async () => {
  expect(await world.base.ledgerTotal()).toBe(0);
  await world.close();
});

const wallets = async (): Promise<readonly number[]> =>
  Promise.all([ada, ben].map(async (id) => (await book(world.base.world, userAccount(id), "INR")).available));
const get = async (id: string) =>
  (await world.base.api.call("getPayment", { as: "ada", params: { id } })).body;

/** Ada pays Ben all of it through Paytm, and her bank declines. */
async function declined(): Promise<string> {
  const { status, body } = await world.base.api.call("createPayment", {
    as: "ada",
    key: "pay",
    body: { to: { id: ben }, amount: { value: VALUE, currency: "INR" }, channel: "paytm" },
  });
  expect(status).toBe(201);
  await act("decline");
  return body.id;
}
async function act(action: "approve" | "decline"): Promise<void> {
  const { control } = world.outside.providers.of("paytm");
  const [order] = control.objects();
  control.act({ kind: "payment", id: order?.id ?? "", action });
  await world.live(2);
}

it("stays open after a decline, and pays the payee once when a second attempt succeeds", async () => {
  const id = await declined();
  const open = await get(id);
  expect(open).toMatchObject({ status: "requires_action", lastFailure: { code: "227" } });
  // The app's token is still good, so it is still told.
  expect(open.action).toMatchObject({ type: "paytm-transaction" });
  expect(await wallets()).toEqual([0, 0]);
  await act("approve");
  expect(await get(id)).toMatchObject({ status: "succeeded", landed: "payee" });
  await world.live(60);
  expect(await wallets()).toEqual([0, VALUE]);
  expect(world.base.announced("transfer.completed")).toBe(1);
});

it("may be declined more than once", async () => {
  const id = await declined();
  await act("decline");
  expect(await get(id)).toMatchObject({ status: "requires_action" });
  await act("approve");
  expect(await get(id)).toMatchObject({ status: "succeeded", landed: "payee" });
  expect(await wallets()).toEqual([0, VALUE]);
});

it("expires after a decline when nobody tries again, and says why it was not paid", async () => {
  const id = await declined();
  await world.live(20);
  expect(await get(id)).toMatchObject({ status: "requires_action" });
  await world.live(40);
  expect(await get(id)).toMatchObject({ status: "expired", lastFailure: { code: "227" } });
  expect(await wallets()).toEqual([0, 0]);
  expect(world.base.announced("transfer.completed")).toBe(0);
});
