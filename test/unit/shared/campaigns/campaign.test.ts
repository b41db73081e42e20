import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { auditCampaigns } from "../../../../shared/campaigns/audit.ts";
import {
  type Campaign,
  campaignChain,
  fromCampaignItem,
  inClaimWindow,
  isOpen,
  reachesMinimum,
  rewardPerReferral,
  toCampaignItem,
} from "../../../../shared/campaigns/campaign.ts";
import {
  fromRewardItem,
  rewardPosting,
  rewardTransferId,
  toRewardRecord,
} from "../../../../shared/campaigns/reward.ts";
import { toEntryItem } from "../../../../shared/ledger/codec.ts";
import { movement } from "../../../../shared/ledger/postings.ts";
import { DAY } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { keys } from "../../../../shared/table/keys.ts";
import type { Item } from "../../../../shared/table/table.ts";
import { aCampaign } from "../../../builders/a-campaign.ts";
import { createBook, funding, NOON } from "../../../builders/book.ts";
import { usd } from "../../../builders/usd.ts";

const inviter = derivedId("account", "inviter");

describe("a campaign", () => {
  it("is what was stored", () => {
    for (const campaign of [aCampaign(), aCampaign({ endsAt: NOON + DAY, rewarded: usd(800), qualified: 1 })])
      expect(fromCampaignItem(toCampaignItem(campaign))).toStrictEqual(campaign);
  });

  it("is stored among all campaigns in the order in which they were made", () => {
    const ownerOf = (createdAt: number) => toCampaignItem(aCampaign({ createdAt }));
    expect(ownerOf(NOON)["ownerPk"]).toBe(ownerOf(NOON + 1)["ownerPk"]);
    expect(String(ownerOf(NOON + DAY)["ownerSk"]) > String(ownerOf(NOON)["ownerSk"])).toBe(true);
    expect(ownerOf(NOON)["ownerSk"]).toContain(aCampaign().id);
  });

  it.each([
    ["qualified", 0],
    ["rewarded", 0],
    ["version", 1],
    ["claimWindowDays", 1],
  ])("is refused with a %s below %i, and taken above", (name, least) => {
    const item = toCampaignItem(aCampaign());
    for (const value of [least, least + 1, 1000])
      expect(() => fromCampaignItem({ ...item, [name]: value })).not.toThrow();
    expect(() => fromCampaignItem({ ...item, [name]: least - 1 })).toThrow(new RegExp(name));
  });

  it("is open from its start to before its end, while it is active", () => {
    const campaign = aCampaign({ startsAt: NOON, endsAt: NOON + 10 });
    const open = (now: number) => isOpen(campaign, now);
    expect([NOON - 1, NOON, NOON + 9, NOON + 10].map(open)).toEqual([false, true, true, false]);
    expect(isOpen({ ...campaign, status: "paused" }, NOON)).toBe(false);
    expect(isOpen({ ...campaign, status: "ended" }, NOON)).toBe(false);
    expect(isOpen(aCampaign({ startsAt: NOON }), NOON + 1000 * DAY)).toBe(true);
  });

  it("can be claimed to the last moment of its window", () => {
    const campaign = aCampaign({ claimWindowDays: 2 });
    const claimable = (age: number) => inClaimWindow(campaign, NOON, NOON + age);
    expect([0, 2 * DAY, 2 * DAY + 1].map(claimable)).toEqual([true, true, false]);
  });

  it("asks for its minimum in its own currency", () => {
    const campaign = aCampaign();
    expect(reachesMinimum(campaign, usd(1000))).toBe(true);
    expect(reachesMinimum(campaign, usd(999))).toBe(false);
    expect(reachesMinimum(campaign, { ...usd(5000), currency: "EUR" })).toBe(false);
  });

  it("rewards one invited person under one id for ever", () => {
    const { id } = aCampaign();
    const invited = derivedId("account", "a");
    expect(rewardTransferId(id, invited)).toBe(derivedId("transfer", id, invited, "referral-reward"));
    expect(rewardTransferId(derivedId("campaign", "b"), invited)).not.toBe(rewardTransferId(id, invited));
    expect(rewardTransferId(id, invited)).not.toBe(rewardTransferId(id, derivedId("account", "b")));
  });
});

describe("a reward", () => {
  const campaign = aCampaign();
  const invited = derivedId("account", "a");
  const recordOf = () =>
    toRewardRecord({
      campaignId: campaign.id,
      inviter,
      invited,
      inviterReward: campaign.rewardInviter,
      invitedReward: campaign.rewardInvited,
      createdAt: NOON,
    });

  it("is one transfer from the budget to both, marked with its campaign", () => {
    const transferId = rewardTransferId(campaign.id, invited);
    const posting = rewardPosting(campaign, { inviter, invited });
    expect(posting).toMatchObject({ transferId, kind: "transfer", memo: `referral:${campaign.id}` });
    expect(posting.legs.map(({ account, amount }) => [account, amount.available])).toEqual([
      [`campaign:${campaign.id}`, -800],
      [`user:${inviter}`, 500],
      [`user:${invited}`, 300],
    ]);
  });

  it("is read from its own records and from no other transfer's", () => {
    const record = recordOf();
    const { kind, ...reward } = record;
    expect(kind).toBe("referral-reward");
    expect(fromRewardItem(record)).toEqual(reward);
    expect(fromRewardItem({ ...record, kind: "transfer" })).toBeUndefined();
    expect(() => fromRewardItem({ kind })).toThrow(/campaignId/);
  });
});

/** The items of a campaign that tried to pay so many rewards from its budget. */
function storedAfter(attempts: number, budget: number): Item[] {
  const campaign = aCampaign({ budget: usd(budget) });
  const book = createBook();
  const paidIn = book.post(
    movement({
      transferId: "budget",
      from: funding,
      to: campaignChain(campaign).account,
      amount: campaign.budget,
      countOutflow: false,
    }),
  );
  expect(paidIn.ok).toBe(true);
  const rewards: Item[] = [];
  for (let index = 0; index < attempts; index += 1) {
    const invited = derivedId("account", `invited-${index}`);
    if (!book.post(rewardPosting(campaign, { inviter, invited })).ok) continue;
    rewards.push({
      ...keys.transfer(rewardTransferId(campaign.id, invited)),
      ...toRewardRecord({
        campaignId: campaign.id,
        inviter,
        invited,
        inviterReward: campaign.rewardInviter,
        invitedReward: campaign.rewardInvited,
        createdAt: NOON,
      }),
    });
  }
  const counted: Campaign = {
    ...campaign,
    qualified: rewards.length,
    rewarded: usd(rewardPerReferral(campaign).value * rewards.length),
  };
  const entries = book.chains().flat().map(toEntryItem);
  return [toCampaignItem(counted), ...entries, ...rewards];
}

const codes = (items: readonly Item[]) => auditCampaigns(items).map(({ code }) => code);
const isCampaign = (item: Item) => item["sk"] === "CAMPAIGN";
const isReward = (item: Item) => item["kind"] === "referral-reward";
const change = (items: readonly Item[], which: (item: Item) => boolean, members: Item): Item[] =>
  items.map((item) => (which(item) ? { ...item, ...members } : item));

describe("the audit of campaigns", () => {
  it("finds nothing in books that the ledger kept, whatever the budget and however many try", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 1, max: 20_000 }), (tries, budget) => {
        expect(auditCampaigns(storedAfter(tries, budget))).toEqual([]);
      }),
    );
  });

  it("takes the items in any order, and passes over what is not a campaign's", () => {
    const others: Item[] = [
      {},
      { pk: "USER#a", kind: "referral-reward" },
      { pk: "USER#a", sk: "CAMPAIGN" },
      { pk: "A CAMPAIGN#", sk: "CAMPAIGN" },
      { ...keys.transfer("t"), kind: "transfer" },
      { ...keys.entry("user:a", "USD", 1) },
    ];
    expect(auditCampaigns([...storedAfter(3, 80_000), ...others].toReversed())).toEqual([]);
  });

  it("says what it expected and what it found", () => {
    const items = change(storedAfter(3, 80_000), isCampaign, { qualified: 4 });
    expect(auditCampaigns(items)).toEqual([
      { campaignId: aCampaign().id, code: "qualified-miscounted", expected: 3, actual: 4 },
    ]);
    expect(auditCampaigns(items.filter((item) => !isCampaign(item)))).toEqual([
      { campaignId: aCampaign().id, code: "campaign-missing", expected: 0, actual: 3 },
    ]);
  });

  it("finds a wrong N, a wrong R, and a reward that is not k", () => {
    const items = storedAfter(3, 80_000);
    expect(codes(change(items, isCampaign, { qualified: 4 }))).toEqual(["qualified-miscounted"]);
    expect(codes(change(items, isCampaign, { rewarded: 2399 }))).toEqual(["rewarded-miscounted"]);
    const [first] = items.filter(isReward);
    const raised = change(items, (item) => item === first, { inviterReward: usd(501) });
    expect(codes(raised)).toEqual(["rewarded-miscounted", "rewards-not-k-times-n", "balance-mismatch"]);
  });

  it("finds a reward that is gone, and money that went another way", () => {
    const items = storedAfter(2, 80_000);
    const [first] = items.filter(isReward);
    expect(codes(items.filter((item) => item !== first))).toEqual([
      "qualified-miscounted",
      "rewarded-miscounted",
      "balance-mismatch",
    ]);
    expect(codes(change(items, isCampaign, { budget: usd(80_001) }))).toEqual(["balance-mismatch"]);
  });

  it("finds a budget below zero, a chain that is missing, and rewards of a campaign that is not there", () => {
    const items = storedAfter(1, 800);
    const isNewest = (item: Item) =>
      String(item["account"]).startsWith("campaign:") && item["sequence"] === 2;
    const below = change(items, isNewest, { balance: { available: -1, held: 0 } });
    expect(codes(below)).toEqual(["balance-mismatch", "below-zero"]);
    const withoutChain = items.filter((item) => !String(item["account"]).startsWith("campaign:"));
    expect(codes(withoutChain)).toEqual(["chain-missing"]);
    expect(codes(items.filter((item) => !isCampaign(item)))).toEqual(["campaign-missing"]);
  });
});
