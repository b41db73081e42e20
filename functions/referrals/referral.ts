/** A referral: who invited whom, under which campaign, and how far it got. Codecs and views, pure. */
import * as z from "zod";
import { accountIdSchema, campaignIdSchema, moneySchema } from "../../shared/http/schemas.ts";
import type { Money } from "../../shared/money/money.ts";
import { type EpochMs, toTimestamp } from "../../shared/platform/clock.ts";
import { type AccountId, type CampaignId, derivedId } from "../../shared/platform/ids.ts";
import { keys, ownerPartitions, timeKey } from "../../shared/table/keys.ts";
import type { Item } from "../../shared/table/table.ts";
import type { claimView, rewardView } from "./contract.ts";

/**
 * `claimed`: the invited person has not qualified yet. `unfunded`: they have, when the budget was used up; the next
 * qualifying top-up or payment tries again. `rewarded`: both were paid.
 */
export const referralStatuses = ["claimed", "rewarded", "unfunded"] as const;
export type ReferralStatus = (typeof referralStatuses)[number];

export type Referral = {
  readonly invited: AccountId;
  readonly inviter: AccountId;
  readonly code: string;
  readonly campaignId: CampaignId;
  readonly status: ReferralStatus;
  readonly claimedAt: EpochMs;
};

const referralSchema = z.object({
  invited: accountIdSchema,
  inviter: accountIdSchema,
  code: z.string(),
  campaignId: campaignIdSchema,
  status: z.enum(referralStatuses),
  claimedAt: z.int(),
});

/** @throws ZodError when the item is not a referral. */
export const fromReferralItem = (item: Item): Referral => referralSchema.parse(item);

export const toReferralItem = (referral: Referral): Item => ({
  ...keys.referral(referral.invited),
  ...referral,
});

/** The event that a new referral carries. */
export const claimedEvent = (referral: Referral, correlationId: string) => ({
  id: derivedId("event", referral.invited, "referral.claimed"),
  type: "referral.claimed" as const,
  at: referral.claimedAt,
  correlationId,
});

export const toClaimView = (referral: Referral): z.input<typeof claimView> => ({
  campaignId: referral.campaignId,
  status: referral.status,
  claimedAt: toTimestamp(referral.claimedAt),
});

/** How many people an inviter brought to one campaign: claims, and N, those that were rewarded. */
export type Tally = {
  readonly campaignId: CampaignId;
  readonly claimed: number;
  readonly qualified: number;
};

const tallySchema = z.object({
  campaignId: campaignIdSchema,
  claimed: z.int().min(0).default(0),
  qualified: z.int().min(0).default(0),
});

/** @throws ZodError when the item is not a tally. */
export const fromTallyItem = (item: Item): Tally => tallySchema.parse(item);

export const rewardRoles = ["inviter", "invited"] as const;
export type RewardRole = (typeof rewardRoles)[number];

/** What one of the two people was paid for one referral. */
export type PaidReward = {
  readonly campaignId: CampaignId;
  readonly accountId: AccountId;
  readonly role: RewardRole;
  readonly amount: Money;
  readonly paidAt: EpochMs;
};

const paidRewardSchema = z.object({
  campaignId: campaignIdSchema,
  accountId: accountIdSchema,
  role: z.enum(rewardRoles),
  amount: moneySchema,
  paidAt: z.int(),
});

/** @throws ZodError when the item is not a paid reward. */
export const fromPaidRewardItem = (item: Item): PaidReward => paidRewardSchema.parse(item);

export const toPaidRewardItem = (invited: AccountId, reward: PaidReward): Item => ({
  ...keys.reward(invited, reward.role),
  ...reward,
  ownerPk: ownerPartitions.rewardsOf(reward.accountId),
  ownerSk: `${timeKey(reward.paidAt)}#${invited}`,
});

export const toRewardView = (reward: PaidReward): z.input<typeof rewardView> => ({
  campaignId: reward.campaignId,
  role: reward.role,
  amount: reward.amount,
  paidAt: toTimestamp(reward.paidAt),
});
