/** The audit of the whole table: clean on a busy one, and every corruption that is planted is found by its name. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { auditReportSchema } from "../../../functions/ops/audit-report.ts";
import { auditTable } from "../../../functions/ops/audit-table.ts";
import { opsRoutes } from "../../../functions/ops/contract.ts";
import { opsHandlers } from "../../../functions/ops/handlers.ts";
import { transfersRoutes } from "../../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../../functions/transfers/handlers.ts";
import type { Campaign } from "../../../shared/campaigns/campaign.ts";
import { rewardPosting, rewardTransferId, toRewardRecord } from "../../../shared/campaigns/reward.ts";
import { createCampaigns, qualification } from "../../../shared/campaigns/store.ts";
import { clearingAccount, systemAccount, userAccount } from "../../../shared/ledger/account.ts";
import { fromEntryItem, toEntryItem } from "../../../shared/ledger/codec.ts";
import { type Chain, chainKey, type Entry, seal } from "../../../shared/ledger/entry.ts";
import { movement } from "../../../shared/ledger/postings.ts";
import { toPaymentItem } from "../../../shared/payments/codec.ts";
import { topUpTransferId } from "../../../shared/payments/payment.ts";
import { DAY, MINUTE } from "../../../shared/platform/clock.ts";
import { type AccountId, derivedId } from "../../../shared/platform/ids.ts";
import { chainPartition, keys } from "../../../shared/table/keys.ts";
import { type Item, queryAll } from "../../../shared/table/table.ts";
import { startCampaign } from "../../builders/campaign.ts";
import type { FinalTopUp } from "../../builders/payment-facts.ts";
import { createWorld, usd, type World } from "../../builders/world.ts";

let world: World;
let ada: AccountId;
let bob: AccountId;
let campaign: Campaign;
let payment: FinalTopUp;
let transferIds: string[];

const audit = async () => {
  const now = world.clock.now();
  return auditReportSchema.parse(await auditTable(world.table, { cutoff: now - 2 * MINUTE, now }));
};

const codes = async (): Promise<string[]> => {
  const { clean, findings, findingCount } = await audit();
  expect(clean).toBe(findings.length === 0);
  expect(findingCount).toBe(findings.length);
  return [
    ...new Set(findings.map(({ code, detail }) => (code === "chain-fault" ? `${code}:${detail}` : code))),
  ];
};

const pay = async (payee: AccountId, value: number): Promise<string> => {
  const transfers = world.area(transfersRoutes, transfersHandlers(world));
  const { body } = await transfers.call("createTransfer", {
    as: "ada",
    body: { payee: { id: payee }, amount: usd(value) },
  });
  return body.id;
};

async function topUp(owner: AccountId, name: string): Promise<FinalTopUp> {
  const now = world.clock.now();
  const made: FinalTopUp = {
    id: derivedId("payment", name),
    kind: "top-up",
    owner,
    amount: usd(2000),
    channel: "stripe",
    payer: {},
    refunded: 0,
    refundedToChannel: 0,
    channelRefunds: 0,
    status: "succeeded",
    observedAt: now,
    createdAt: now,
    updatedAt: now,
    expiresAt: now + DAY,
    fingerprint: "fingerprint",
    correlationId: "correlation",
    version: 1,
  };
  const transferId = topUpTransferId(made.id);
  const outcome = await world.ledger.commit({
    posting: movement({
      transferId,
      from: clearingAccount("stripe", transferId, 4),
      to: userAccount(owner),
      amount: made.amount,
      countOutflow: false,
    }),
    record: { kind: "top-up", paymentId: made.id, amount: made.amount },
    also: [{ put: toPaymentItem(made) }],
  });
  expect(outcome.outcome).toBe("committed");
  return made;
}

async function reward(inviter: AccountId, invited: AccountId): Promise<void> {
  const { id: campaignId, rewardInviter: inviterReward, rewardInvited: invitedReward } = campaign;
  const outcome = await world.ledger.commit({
    posting: rewardPosting(campaign, { inviter, invited }),
    record: toRewardRecord({
      campaignId,
      inviter,
      invited,
      inviterReward,
      invitedReward,
      createdAt: world.clock.now(),
    }),
    also: [qualification(campaign)],
  });
  expect(outcome.outcome).toBe("committed");
}

beforeEach(async () => {
  world = await createWorld();
  ada = await world.person("ada", { funds: usd(10_000) });
  bob = await world.person("bob");
  campaign = await startCampaign(world);
  await world.person("olivia");
  transferIds = [];
  for (let value = 1; value <= 5; value += 1) transferIds.push(await pay(bob, value));
  payment = await topUp(bob, "top-up");
  await reward(ada, bob);
  const ops = world.area(
    opsRoutes,
    opsHandlers({ ...world, campaigns: createCampaigns(world), currencies: ["USD"] }),
  );
  await ops.call("freezeAccount", { as: "olivia!", params: { id: bob }, body: { reason: "ops" } });
  await ops.call("unfreezeAccount", { as: "olivia!", params: { id: bob }, body: { reason: "ops" } });
  await ops.call("patchCampaign", { as: "olivia!", params: { id: campaign.id }, body: { name: "Renamed" } });
  await ops.call("patchCampaign", {
    as: "olivia!",
    params: { id: campaign.id },
    body: { addBudget: usd(1000) },
  });
  world.clock.advance(10 * MINUTE);
});
afterEach(() => world.close());

const usdChain = (id: AccountId): Chain => ({ account: userAccount(id), currency: "USD" });

const entriesOf = async ({ account, currency }: Chain): Promise<Entry[]> => {
  const items = await queryAll(world.table, {
    partition: chainPartition(account, currency),
    consistent: true,
  });
  return items.map(fromEntryItem);
};

const entryOf = async (id: AccountId, sequence: number): Promise<Entry> => {
  const entry = (await entriesOf(usdChain(id)))[sequence - 1];
  if (entry === undefined) throw new Error(`there is no entry ${sequence}`);
  return entry;
};

const put = async (item: Item): Promise<void> => {
  expect(await world.table.put({ put: item })).toBe(true);
};

const remove = async (key: { pk: string; sk: string }): Promise<void> => {
  expect(await world.table.get(key)).toBeDefined();
  await world.table.remove({ delete: key });
};

const change = async (key: { pk: string; sk: string }, members: Item): Promise<void> => {
  const item = await world.table.get(key);
  if (item === undefined) throw new Error(`there is nothing at ${key.pk}`);
  await put({ ...item, ...members });
};

describe("a table as it should be", () => {
  it("is clean, and is counted", async () => {
    const report = await audit();
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ clean: true, findingCount: 0, at: world.clock.now() });
    expect(report.counted).toMatchObject({ payments: 1, campaigns: 1 });
    expect(report.counted.transfers).toBe(13);
    expect(report.counted.entries).toBe(
      (
        await Promise.all([
          entriesOf(usdChain(ada)),
          entriesOf(usdChain(bob)),
          entriesOf({ account: systemAccount("funding"), currency: "USD" }),
          entriesOf({ account: clearingAccount("stripe", topUpTransferId(payment.id), 4), currency: "USD" }),
        ])
      ).flat().length + 3,
    );
    // 10,000 for Ada, 2,000 topped up, 80,000 and 1,000 for the campaign: moved about, never lost.
    expect(report.owned).toEqual({ USD: 93_000 });
  });

  it("is clean when it is empty", async () => {
    world.close();
    world = await createWorld();
    expect(await audit()).toMatchObject({ clean: true, counted: { entries: 0 }, owned: {} });
  });

  it("stays clean while money moves under the scan", async () => {
    const moving = Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        await pay(bob, 10 + index);
        await topUp(ada, `while the audit runs ${index}`);
      }),
    );
    const reports = [await audit(), await audit(), await audit()];
    await moving;
    for (const { findings } of reports) expect(findings).toEqual([]);
    world.clock.advance(10 * MINUTE);
    expect(await audit()).toMatchObject({ clean: true, owned: { USD: 93_000 + 8 * 2000 } });
  });
});

describe("items that cannot be read", () => {
  it("are findings by their key, and the rest is audited all the same", async () => {
    const entry = await entryOf(ada, 3);
    await put({ ...toEntryItem(entry), sequence: "three" });
    await put({ ...toPaymentItem(payment), status: "paid, I think" });
    const { findings, counted } = await audit();
    const unreadable = findings.filter(({ code }) => code === "unreadable-item");
    expect(unreadable.map(({ detail }) => detail).toSorted()).toEqual(["sequence", "status"]);
    expect(findings.map(({ detail }) => detail)).toContain("gap");
    expect(counted.campaigns).toBe(1);
  });
});

describe("entries that were tampered with", () => {
  it("finds a changed amount by its hash, its balance and its transfer", async () => {
    const entry = await entryOf(ada, 3);
    await put(toEntryItem({ ...entry, amount: { available: entry.amount.available - 1, held: 0 } }));
    expect(await codes()).toEqual(
      expect.arrayContaining([
        "chain-fault:hash-mismatch",
        "chain-fault:state-mismatch",
        "transfer-off-balance",
      ]),
    );
    const { findings } = await audit();
    expect(findings.find(({ code }) => code === "transfer-off-balance")?.subject).toBe(entry.transferId);
    expect(findings.find(({ detail }) => detail === "hash-mismatch")?.subject).toBe(`${chainKey(entry)}#3`);
  });

  it("finds a changed amount whose hash was made anew by the entry after it", async () => {
    const { hash, ...entry } = await entryOf(ada, 3);
    expect(hash).toBe((await entryOf(ada, 4)).previousHash);
    const state = { ...entry.state, available: entry.state.available + 100 };
    await put(toEntryItem(seal({ ...entry, state })));
    expect(await codes()).toEqual(
      expect.arrayContaining(["chain-fault:broken-link", "chain-fault:state-mismatch"]),
    );
  });

  it("finds money that was made at the end of a chain, with a valid hash, by the sum of the currency", async () => {
    const last = (await entriesOf(usdChain(ada))).at(-1);
    if (last === undefined) throw new Error("Ada has no entries");
    const { hash, ...entry } = last;
    expect(hash).toMatch(/^\S{43}$/);
    const richer = seal({
      ...entry,
      amount: { ...entry.amount, available: entry.amount.available + 100 },
      state: { ...entry.state, available: entry.state.available + 100 },
    });
    await put(toEntryItem(richer));
    const { findings } = await audit();
    expect(findings.map(({ code }) => code)).toEqual(["transfer-off-balance", "currency-off-balance"]);
    expect(findings[1]).toMatchObject({ subject: "USD", detail: "sums to 100, not 0" });
  });

  it("finds a missing entry by its gap and its transfer", async () => {
    const entry = await entryOf(ada, 3);
    await remove(keys.entry(entry.account, "USD", 3));
    expect(await codes()).toEqual(
      expect.arrayContaining(["chain-fault:gap", "chain-fault:broken-link", "transfer-incomplete"]),
    );
  });

  it("finds a missing first entry", async () => {
    const { account } = await entryOf(bob, 1);
    await remove(keys.entry(account, "USD", 1));
    expect(await codes()).toEqual(expect.arrayContaining(["chain-fault:gap", "transfer-incomplete"]));
  });

  it("finds a missing last entry, which leaves no gap", async () => {
    const entries = await entriesOf(usdChain(ada));
    await remove(keys.entry(userAccount(ada), "USD", entries.length));
    expect(await codes()).toEqual(["transfer-incomplete", "currency-off-balance"]);
  });

  it("finds an entry that was copied into another chain", async () => {
    const [entry, entries] = [await entryOf(ada, 2), await entriesOf(usdChain(bob))];
    await put({ ...toEntryItem(entry), ...keys.entry(userAccount(bob), "USD", entries.length + 1) });
    expect((await audit()).clean).toBe(false);
  });

  it("finds a freeze that was taken away by hand", async () => {
    const [, , , , , , , frozen] = await entriesOf(usdChain(bob));
    const { hash, ...entry } = frozen ?? (await entryOf(bob, 1));
    expect(hash).toBeDefined();
    expect(entry).toMatchObject({ kind: "access", memo: "freeze:ops" });
    await put(
      toEntryItem(
        seal({ ...entry, state: { ...entry.state, access: { frozenFor: [], revokedSessions: [] } } }),
      ),
    );
    expect(await codes()).toEqual(["chain-fault:broken-link"]);
  });
});

describe("records that do not fit the entries", () => {
  it("finds a transfer without its record", async () => {
    const [id = ""] = transferIds;
    await remove(keys.transfer(id));
    const { findings } = await audit();
    expect(findings).toEqual([{ code: "transfer-without-record", subject: id, detail: "2 entries" }]);
  });

  it("finds a record without its entries", async () => {
    const id = derivedId("transfer", "never happened");
    await put({
      ...keys.transfer(id),
      transferId: id,
      posting: "transfer",
      entryCount: 2,
      postedAt: world.clock.now() - DAY,
    });
    const { findings } = await audit();
    expect(findings).toEqual([{ code: "transfer-incomplete", subject: id, detail: "0 of 2 entries" }]);
  });

  it("finds a succeeded payment without its transfer", async () => {
    const other = { ...payment, id: derivedId("payment", "unpaid") };
    await put(toPaymentItem(other));
    const { findings } = await audit();
    expect(findings).toEqual([{ code: "payment-without-transfer", subject: other.id, detail: "20.00 USD" }]);
  });

  it("passes over payments that did not succeed, and those that wait in suspense", async () => {
    await put(toPaymentItem({ ...payment, id: derivedId("payment", "failed"), status: "failed" }));
    await put(toPaymentItem({ ...payment, id: derivedId("payment", "suspense"), inSuspense: true }));
    expect(await audit()).toMatchObject({ clean: true, counted: { payments: 3 } });
  });

  it("finds a payment that brought another amount", async () => {
    await change(keys.payment(payment.id), { amount: usd(2001) });
    expect(await codes()).toEqual(["payment-amount-mismatch"]);
  });

  it("finds a chain that its owner's account does not know", async () => {
    await change(keys.account(ada), { currencies: [] });
    const { findings } = await audit();
    expect(findings).toMatchObject([
      { code: "chain-unknown-to-owner", subject: chainPartition(userAccount(ada), "USD") },
    ]);
  });

  it("finds a chain whose owner is gone", async () => {
    await remove(keys.account(bob));
    expect(await codes()).toEqual(["chain-unknown-to-owner"]);
  });
});

describe("campaigns that do not add up", () => {
  it.each([
    ["N", { qualified: 2 }, "campaign-qualified-miscounted"],
    ["R", { rewarded: 799 }, "campaign-rewarded-miscounted"],
    ["k", { rewardInviter: usd(501) }, "campaign-rewards-not-k-times-n"],
    ["the budget", { budget: usd(80_999) }, "campaign-balance-mismatch"],
  ])("finds that %s is off", async (_, members, code) => {
    await change(keys.campaign(campaign.id), members);
    const { findings } = await audit();
    expect(findings).toMatchObject([{ code, subject: campaign.id }]);
  });

  it("finds rewards of a campaign that is gone", async () => {
    await remove(keys.campaign(campaign.id));
    expect(await codes()).toContain("campaign-missing");
  });

  it("finds a reward record that was removed", async () => {
    await remove(keys.transfer(rewardTransferId(campaign.id, bob)));
    expect(await codes()).toEqual(
      expect.arrayContaining([
        "transfer-without-record",
        "campaign-qualified-miscounted",
        "campaign-rewarded-miscounted",
      ]),
    );
  });
});

describe("the audit itself", () => {
  it("leaves what was posted after the cutoff to the next audit", async () => {
    const id = await pay(bob, 5);
    await remove(keys.transfer(id));
    expect(await audit()).toMatchObject({ clean: true });
    world.clock.advance(10 * MINUTE);
    expect(await codes()).toEqual(["transfer-without-record"]);
  });

  it("reports the first hundred findings and the number of all", async () => {
    for (let index = 0; index < 120; index += 1)
      await put(toPaymentItem({ ...payment, id: derivedId("payment", "unpaid", String(index)) }));
    const report = await audit();
    expect(report).toMatchObject({ clean: false, findingCount: 120 });
    expect(report.findings).toHaveLength(100);
  });
});
