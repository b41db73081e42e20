/** Disputes: what is contested is held, lost to the channel or free again; over a channel in memory. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { changeAccess } from "../../../shared/accounts/change-access.ts";
import { freeze } from "../../../shared/ledger/access.ts";
import { systemAccount, userAccount } from "../../../shared/ledger/account.ts";
import { DAY, HOUR, MINUTE } from "../../../shared/platform/clock.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";
import { FAKE, lost } from "../../builders/fake-channel.ts";
import { createFakePaymentsWorld, type FakePaymentsWorld } from "../../builders/fake-payments-world.ts";
import { book } from "../../builders/ledger-sums.ts";
import { usd } from "../../builders/world.ts";

let w: FakePaymentsWorld;
let ada: AccountId;
let ben: AccountId;
let id: string;

/** Ada paid Ben 15.00 through the channel. */
async function start(): Promise<void> {
  w = await createFakePaymentsWorld();
  ada = await w.world.person("ada");
  ben = await w.world.person("ben");
  const body = { to: { id: ben }, amount: usd(15_00), channel: FAKE };
  id = (await w.api.call("createPayment", { as: "ada", key: "pay", body })).body.id;
  w.provider.move("fp_1", "succeeded");
  await w.tell("payment", { channelPaymentId: "fp_1" });
}
beforeEach(start);
afterEach(() => w.close());

const shown = async () => (await w.api.call("getPayment", { as: "ada", params: { id } })).body.dispute;
const opened = async (value = 15_00) => {
  const channelDisputeId = w.provider.dispute("fp_1", value);
  await w.tell("dispute", { channelDisputeId });
  return channelDisputeId;
};
const decided = async (channelDisputeId: string, status: "won" | "lost") => {
  w.provider.decide(channelDisputeId, status);
  await w.tell("dispute", { channelDisputeId });
};
const spent = (value: number) =>
  w.transfers.call("createTransfer", { as: "ben", body: { payee: { id: ada }, amount: usd(value) } });
/** Available and held of ben, and suspense. */
const money = async () => {
  const { available, held } = await book(w.world, userAccount(ben));
  return [available, held, (await book(w.world, systemAccount("suspense"))).available];
};
const frozenFor = async () => (await w.world.accounts.get(ben))?.access.frozenFor;
const told = () =>
  w.events
    .filter((event) => event.type === "payment.disputed")
    .map(({ data }) => (data as { status: string }).status);

describe("a dispute", () => {
  it("holds the contested money of who has it, and shows", async () => {
    expect(await shown()).toBe("none");
    await opened(6_00);
    expect(await money()).toEqual([9_00, 6_00, 0]);
    expect(await shown()).toBe("open");
    expect(told()).toEqual(["open"]);
    expect(w.events.find(({ type }) => type === "payment.disputed")?.data).toMatchObject({
      paymentId: id,
      owner: ada,
      from: ben,
      amount: usd(6_00),
    });
    const refund = await w.api.call("createRefund", { as: "ben", params: { id }, body: {} });
    expect(refund.body).toMatchObject({ code: "refund-not-possible", reason: "disputed" });
  });

  it("that is won frees it", async () => {
    await decided(await opened(), "won");
    expect([await money(), await shown(), told()]).toEqual([[15_00, 0, 0], "won", ["open", "won"]]);
    expect(await frozenFor()).toEqual([]);
    expect(await w.ledgerTotal()).toBe(0);
  });

  it("that is lost takes it to the channel", async () => {
    const dispute = await opened();
    await decided(dispute, "lost");
    await decided(dispute, "lost");
    expect([await money(), await shown(), told()]).toEqual([[0, 0, 0], "lost", ["open", "lost"]]);
    expect(await frozenFor()).toEqual([]);
    expect(w.metrics.get("SuspenseAmount")).toBeUndefined();
    expect(await w.ledgerTotal()).toBe(0);
  });

  it("that is lost and not covered takes the rest from suspense, and freezes", async () => {
    await spent(11_00);
    const dispute = await opened();
    expect(await money()).toEqual([0, 4_00, 0]);
    await decided(dispute, "lost");
    expect(await money()).toEqual([0, 0, -11_00]);
    expect(w.metrics.get("SuspenseAmount")).toBe(11_00);
    expect(await frozenFor()).toEqual(["dispute-shortfall"]);
    expect(w.announced("account.frozen")).toBe(1);
    expect(await w.ledgerTotal()).toBe(0);
  });

  it("holds on a frozen account too, and nothing where there is nothing", async () => {
    await changeAccess(w.world, ben, { change: (access) => freeze(access, "ops"), memo: "freeze:ops" });
    await opened(5_00);
    expect(await money()).toEqual([10_00, 5_00, 0]);
    await w.close();
    await start();
    await spent(15_00);
    const dispute = await opened();
    expect(await money()).toEqual([0, 0, 0]);
    await decided(dispute, "won");
    expect([await money(), await shown()]).toEqual([[0, 0, 0], "won"]);
  });

  it("is followed without its callbacks, once it is known", async () => {
    const dispute = await opened();
    w.provider.decide(dispute, "won");
    await w.live(DAY + HOUR, HOUR);
    expect([await money(), await shown()]).toEqual([[15_00, 0, 0], "won"]);
  });

  it("comes to the same end twice, out of order, and in one look", async () => {
    const dispute = w.provider.dispute("fp_1", 15_00, "lost");
    await w.tell("dispute", { channelDisputeId: dispute }, { follow: false });
    await w.tell("dispute", { channelDisputeId: dispute }, { follow: false });
    await w.consume({ twice: true });
    expect([await money(), await shown(), told()]).toEqual([[0, 0, 0], "lost", ["open", "lost"]]);
    expect(await w.ledgerTotal()).toBe(0);
  });

  it("that is lost after it was won takes from suspense", async () => {
    const dispute = await opened();
    await decided(dispute, "won");
    await decided(dispute, "lost");
    expect(await money()).toEqual([15_00, 0, -15_00]);
    expect(await frozenFor()).toEqual(["dispute-shortfall"]);
  });

  it("waits for the channel's answer, and for its payment", async () => {
    w.provider.fail(lost("query-dispute"));
    await opened();
    expect(w.unhandled()).toBe(1);
    await w.consume();
    w.world.clock.advance(MINUTE);
    await w.tell("dispute", { channelDisputeId: "dp_1" });
    expect(await shown()).toBe("open");
    await w.tell("dispute", { channelPaymentId: "fp_1" });
    expect((await w.facts(id)).filter(({ type }) => type === "noted")).toHaveLength(1);
    await w.tell("dispute", { channelDisputeId: "dp_9" });
    expect(await w.items("WAITING#")).toMatchObject([{ channelDisputeId: "dp_9" }]);
  });
});

describe("a process that ends anywhere while a dispute is lost", () => {
  async function crashing(at: number, when: "before" | "after"): Promise<number> {
    await w.close();
    await start();
    await spent(11_00);
    const dispute = w.provider.dispute("fp_1", 15_00, "lost");
    await w.tell("dispute", { channelDisputeId: dispute }, { follow: false });
    w.crashes.plan({ at, when });
    await w.consume();
    const effects = w.crashes.count();
    w.crashes.plan(undefined);
    return effects;
  }

  it("leaves the loss once, with the freeze", async () => {
    const effects = await crashing(0, "before");
    expect(effects).toBeGreaterThanOrEqual(4);
    for (let at = 1; at <= effects; at += 1) {
      for (const when of ["before", "after"] as const) {
        await crashing(at, when);
        // The queue hands the message over again.
        await w.consume();
        expect([at, when, await money(), await shown()]).toEqual([at, when, [0, 0, -11_00], "lost"]);
        expect(await frozenFor()).toEqual(["dispute-shortfall"]);
        expect(await w.ledgerTotal()).toBe(0);
      }
    }
  }, 30_000);
});
