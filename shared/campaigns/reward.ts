/** The transfer that rewards one referral: from the campaign's budget to the inviter and to the invited person. */
import * as z from "zod";
import { accountIdSchema, campaignIdSchema, moneySchema } from "../http/schemas.ts";
import { campaignAccount, userAccount } from "../ledger/account.ts";
import type { Posting } from "../ledger/posting.ts";
import { distribution } from "../ledger/postings.ts";
import type { Money } from "../money/money.ts";
import type { EpochMs } from "../platform/clock.ts";
import { type AccountId, type CampaignId, derivedId, type TransferId } from "../platform/ids.ts";
import type { Item } from "../table/table.ts";
import type { Campaign } from "./campaign.ts";

/** Marks the rewards among the ledger's transfer records. */
export const REWARD_KIND = "referral-reward";

/** The same for ever for one campaign and invited person: no reward can be paid twice. */
export const rewardTransferId = (campaignId: CampaignId, invited: AccountId): TransferId =>
  derivedId("transfer", campaignId, invited, REWARD_KIND);

export type Reward = {
  readonly campaignId: CampaignId;
  readonly inviter: AccountId;
  readonly invited: AccountId;
  readonly inviterReward: Money;
  readonly invitedReward: Money;
  readonly createdAt: EpochMs;
};

const schema = z.object({
  campaignId: campaignIdSchema,
  inviter: accountIdSchema,
  invited: accountIdSchema,
  inviterReward: moneySchema,
  invitedReward: moneySchema,
  createdAt: z.int(),
});

/** `undefined` for a transfer of another kind. @throws ZodError when the record is not what a reward should be. */
export const fromRewardItem = (item: Item): Reward | undefined =>
  item["kind"] === REWARD_KIND ? schema.parse(item) : undefined;

/** The record's members, without its event. */
export const toRewardRecord = (reward: Reward): Item => ({ kind: REWARD_KIND, ...reward });

/** One balanced transfer of three legs; the campaign's account cannot go below zero, so it cannot overspend. */
export const rewardPosting = (
  campaign: Campaign,
  { inviter, invited }: { readonly inviter: AccountId; readonly invited: AccountId },
): Posting =>
  distribution({
    transferId: rewardTransferId(campaign.id, invited),
    from: campaignAccount(campaign.id),
    to: [
      { account: userAccount(inviter), amount: campaign.rewardInviter },
      { account: userAccount(invited), amount: campaign.rewardInvited },
    ],
    currency: campaign.budget.currency,
    memo: `referral:${campaign.id}`,
  });
