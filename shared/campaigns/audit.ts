/**
 * The audit of campaigns: proves from what is stored that every campaign paid exactly k × N, spent only its budget and
 * never went below zero. It trusts no counter: it adds up the reward transfers and the ledger entries themselves.
 */
import { fromEntryItem } from "../ledger/codec.ts";
import type { Entry } from "../ledger/entry.ts";
import type { CampaignId } from "../platform/ids.ts";
import type { Item } from "../table/table.ts";
import { type Campaign, fromCampaignItem, rewardPerReferral } from "./campaign.ts";
import { fromRewardItem, type Reward } from "./reward.ts";

export type CampaignFinding = {
  readonly campaignId: CampaignId;
  readonly code: /** Rewards were paid from a campaign that is not there. */
    | "campaign-missing"
    /** N is not the number of reward transfers. */
    | "qualified-miscounted"
    /** R is not the sum of the reward transfers. */
    | "rewarded-miscounted"
    /** R is not k × N. */
    | "rewards-not-k-times-n"
    /** The ledger balance is not budget − R. */
    | "balance-mismatch"
    /** The budget's account was below zero at some entry. */
    | "below-zero"
    /** The newest entry is missing: a campaign with a budget has a chain. */
    | "chain-missing";
  /** Minor units or counts. */
  readonly expected: number;
  readonly actual: number;
};

type Evidence = {
  campaign?: Campaign;
  count: number;
  /** Minor units; a bigint, as it is a sum over many. */
  paid: bigint;
  newest?: Entry;
  lowest: number;
};

/** The campaign whose budget an entry is of. */
const CAMPAIGN_CHAIN = "LEDGER#campaign:";

class Evidences {
  readonly #byId = new Map<string, Evidence>();

  of(id: string): Evidence {
    const known = this.#byId.get(id) ?? { count: 0, paid: 0n, lowest: 0 };
    this.#byId.set(id, known);
    return known;
  }

  addCampaign(campaign: Campaign): void {
    this.of(campaign.id).campaign = campaign;
  }

  addReward(reward: Reward): void {
    const evidence = this.of(reward.campaignId);
    evidence.count += 1;
    evidence.paid += BigInt(reward.inviterReward.value) + BigInt(reward.invitedReward.value);
  }

  addEntry(entry: Entry): void {
    const evidence = this.of(entry.account.slice("campaign:".length));
    if (evidence.newest === undefined || entry.sequence > evidence.newest.sequence) evidence.newest = entry;
    evidence.lowest = Math.min(evidence.lowest, entry.state.available);
  }

  [Symbol.iterator](): IterableIterator<[string, Evidence]> {
    return this.#byId.entries();
  }
}

function findingsOf(id: string, { campaign, count, paid, newest, lowest }: Evidence): CampaignFinding[] {
  const campaignId = id as CampaignId;
  if (campaign === undefined) {
    return [{ campaignId, code: "campaign-missing", expected: 0, actual: count }];
  }
  const sum = Number(paid);
  const balance = newest?.state.available ?? 0;
  const checks: [CampaignFinding["code"], expected: number, actual: number][] = [
    ["qualified-miscounted", count, campaign.qualified],
    ["rewarded-miscounted", sum, campaign.rewarded.value],
    ["rewards-not-k-times-n", rewardPerReferral(campaign).value * count, sum],
    ["chain-missing", 1, newest === undefined ? 0 : 1],
    ["balance-mismatch", campaign.budget.value - sum, balance],
    ["below-zero", 0, lowest],
  ];
  return checks
    .filter(([, expected, actual]) => expected !== actual)
    .map(([code, expected, actual]) => ({ campaignId, code, expected, actual }));
}

/**
 * @param items every item of the table, or at least all campaigns, their ledger entries and all reward transfers; the
 * rest is passed over. They must be of one moment: a scan during which a reward is paid can show half of it, so a
 * finding is to be confirmed by a second look before it is an alarm.
 * @returns what does not add up; empty when all campaigns do.
 * @throws ZodError when a campaign, an entry or a reward cannot be read.
 */
export function auditCampaigns(items: Iterable<Item>): readonly CampaignFinding[] {
  const evidences = new Evidences();
  for (const item of items) {
    const partition = String(item["pk"]);
    if (partition.startsWith("CAMPAIGN#")) {
      evidences.addCampaign(fromCampaignItem(item));
    } else if (partition.startsWith(CAMPAIGN_CHAIN)) {
      evidences.addEntry(fromEntryItem(item));
    } else if (partition.startsWith("TRANSFER#")) {
      const reward = fromRewardItem(item);
      if (reward !== undefined) evidences.addReward(reward);
    }
  }
  return [...evidences].flatMap(([id, evidence]) => findingsOf(id, evidence));
}
