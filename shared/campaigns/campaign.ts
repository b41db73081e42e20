/**
 * A referral campaign: what is paid for each person who is brought, from which budget, to whom it is open. Pure rules.
 *
 * R = k × N: `rewarded` (R) is what both roles were paid together, `qualified` (N) for how many people, and k the sum
 * of the two rewards. N and R are counted in the transaction that pays, so the three never disagree.
 */
import * as z from "zod";
import { campaignIdSchema, moneySchema } from "../http/schemas.ts";
import { campaignAccount } from "../ledger/account.ts";
import type { Chain } from "../ledger/entry.ts";
import { add, type Money, minorUnits } from "../money/money.ts";
import { DAY, type EpochMs } from "../platform/clock.ts";
import type { CampaignId } from "../platform/ids.ts";
import { keys, ownerPartitions, timeKey } from "../table/keys.ts";
import type { Item } from "../table/table.ts";

/**
 * `active`: open to claims. `paused`: no new claims, and no reward is paid until it is active again. `ended`: no new
 * claims, for ever; people who claimed before are still rewarded while the budget lasts, as they were promised it.
 */
export const campaignStatuses = ["active", "paused", "ended"] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];

export type Campaign = {
  readonly id: CampaignId;
  readonly name: string;
  readonly status: CampaignStatus;
  /** All amounts of a campaign are in one currency. Rewards and minimum never change. */
  readonly rewardInviter: Money;
  readonly rewardInvited: Money;
  /** The least amount of the invited person's top-up or payment that qualifies. */
  readonly minimum: Money;
  /** What was put in, ever; what is left is the balance of the ledger account `campaign:<id>`. */
  readonly budget: Money;
  /** Days after sign-up in which a code can be claimed. */
  readonly claimWindowDays: number;
  readonly startsAt: EpochMs;
  /** From here on nothing can be claimed. */
  readonly endsAt?: EpochMs;
  /** N: people for whom rewards were paid. */
  readonly qualified: number;
  /** R: what was paid to inviters and invited people together. */
  readonly rewarded: Money;
  /** Counts changes by ops; the counters N and R move without it. */
  readonly version: number;
  readonly createdAt: EpochMs;
};

/** k: what one qualified person costs the campaign, both roles together. @throws TypeError when currencies differ. */
export const rewardPerReferral = (campaign: Pick<Campaign, "rewardInviter" | "rewardInvited">): Money =>
  add(campaign.rewardInviter, campaign.rewardInvited);

/** The ledger chain that holds a campaign's money. */
export const campaignChain = (campaign: Pick<Campaign, "id" | "budget">): Chain => ({
  account: campaignAccount(campaign.id),
  currency: campaign.budget.currency,
});

/** Whether a code can be claimed under this campaign now. */
export const isOpen = (campaign: Campaign, now: EpochMs): boolean =>
  campaign.status === "active" &&
  campaign.startsAt <= now &&
  (campaign.endsAt === undefined || now < campaign.endsAt);

/** Whether a person who signed up at `createdAt` may still claim. The last moment of the window belongs to it. */
export const inClaimWindow = (
  campaign: Pick<Campaign, "claimWindowDays">,
  createdAt: EpochMs,
  now: EpochMs,
): boolean => now <= createdAt + campaign.claimWindowDays * DAY;

/** Whether an amount that a person topped up or paid qualifies them. Other currencies never do. */
export const reachesMinimum = ({ minimum }: Pick<Campaign, "minimum">, amount: Money): boolean =>
  amount.currency === minimum.currency && amount.value >= minimum.value;

const schema = z.object({
  id: campaignIdSchema,
  name: z.string(),
  status: z.enum(campaignStatuses),
  rewardInviter: moneySchema,
  rewardInvited: moneySchema,
  minimum: moneySchema,
  budget: moneySchema,
  claimWindowDays: z.int().min(1),
  startsAt: z.int(),
  endsAt: z.int().optional(),
  qualified: z.int().min(0),
  /** Minor units, so that a transaction can add to it. */
  rewarded: z.int().min(0),
  version: z.int().min(1),
  createdAt: z.int(),
});

/** @throws ZodError when the item is not a campaign. */
export const fromCampaignItem = (item: Item): Campaign => {
  const { endsAt, rewarded, ...rest } = schema.parse(item);
  return {
    ...rest,
    rewarded: { value: minorUnits(rewarded), currency: rest.budget.currency },
    ...(endsAt === undefined ? {} : { endsAt }),
  };
};

export const toCampaignItem = ({ rewarded, ...campaign }: Campaign): Item => ({
  ...keys.campaign(campaign.id),
  ...campaign,
  rewarded: rewarded.value,
  ownerPk: ownerPartitions.campaigns(),
  ownerSk: `${timeKey(campaign.createdAt)}#${campaign.id}`,
});
