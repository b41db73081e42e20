/** The world of the tests about the audit. */
import { expect } from "vitest";
import { auditReportSchema } from "../../../functions/ops/audit-report.ts";
import { auditTable } from "../../../functions/ops/audit-table.ts";
import { opsRoutes } from "../../../functions/ops/contract.ts";
import { opsHandlers } from "../../../functions/ops/handlers.ts";
import { transfersRoutes } from "../../../functions/transfers/contract.ts";
import { transfersHandlers } from "../../../functions/transfers/handlers.ts";
import type { Campaign } from "../../../shared/campaigns/campaign.ts";
import { rewardPosting, toRewardRecord } from "../../../shared/campaigns/reward.ts";
import { createCampaigns, qualification } from "../../../shared/campaigns/store.ts";
import { clearingAccount, userAccount } from "../../../shared/ledger/account.ts";
import { fromEntryItem } from "../../../shared/ledger/codec.ts";
import type { Chain, Entry } from "../../../shared/ledger/entry.ts";
import { movement } from "../../../shared/ledger/postings.ts";
import { toPaymentItem } from "../../../shared/payments/codec.ts";
import { topUpTransferId } from "../../../shared/payments/payment.ts";
import { DAY, MINUTE } from "../../../shared/platform/clock.ts";
import { type AccountId, derivedId } from "../../../shared/platform/ids.ts";
import { chainPartition } from "../../../shared/table/keys.ts";
import { type Item, queryAll } from "../../../shared/table/table.ts";
import { startCampaign } from "../../builders/campaign.ts";
import type { FinalTopUp } from "../../builders/payment-facts.ts";
import { createWorld, usd, type World } from "../../builders/world.ts";

/** What the audit says of a world, whole and by its codes alone. */
export function reportsOf(world: World) {
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

  return { audit, codes };
}

/** Money that comes and goes as the areas move it. */
function moneyIn(world: World) {
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

  async function reward(campaign: Campaign, inviter: AccountId, invited: AccountId): Promise<void> {
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

  return { pay, topUp, reward };
}

/** Ways to tamper with the table. */
function tamperingWith(world: World) {
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

  return { usdChain, entriesOf, entryOf, put, remove, change };
}

/** A table with some of everything that the audit looks at. */
export async function createAuditWorld() {
  const world = await createWorld();
  const { pay, topUp, reward } = moneyIn(world);
  const ada = await world.person("ada", { funds: usd(10_000) });
  const bob = await world.person("bob");
  const campaign = await startCampaign(world);
  await world.person("olivia");
  const transferIds: string[] = [];
  for (let value = 1; value <= 5; value += 1) transferIds.push(await pay(bob, value));
  const payment = await topUp(bob, "top-up");
  await reward(campaign, ada, bob);
  const ops = world.area(
    opsRoutes,
    opsHandlers({ ...world, campaigns: createCampaigns(world), currencies: ["USD"], channelNames: [] }),
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
  return {
    ...{ world, ada, bob, campaign, payment, transferIds, pay, topUp },
    ...reportsOf(world),
    ...tamperingWith(world),
  };
}

export type AuditWorld = Awaited<ReturnType<typeof createAuditWorld>>;
