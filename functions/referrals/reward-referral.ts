/**
 * Pays both rewards of a referral: one ledger transfer of three legs from the campaign's budget, and in the same
 * transaction the referral's status, the campaign's N and R, the inviter's N, and what each of the two was paid.
 * The transfer's id is derived from campaign and invited person, so however often it is asked for it happens once; the
 * budget's account cannot go below zero, so any number of people who qualify at once cannot overspend it.
 *
 * Nine items and their indexes are 21 write units, and 2 more for each wallet that the reward opens, once in a
 * person's life. A frozen person receives too: a freeze stops money from leaving, not from coming in.
 */
import type { Campaign } from "../../shared/campaigns/campaign.ts";
import { REWARD_KIND, type Reward, rewardPosting, toRewardRecord } from "../../shared/campaigns/reward.ts";
import { qualification } from "../../shared/campaigns/store.ts";
import type { Ledger } from "../../shared/ledger/store.ts";
import { type AccountId, derivedId } from "../../shared/platform/ids.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import { NOT_EXISTS, type WriteOperation } from "../../shared/table/table.ts";
import { type PaidReward, type Referral, toPaidRewardItem } from "./referral.ts";
import { countQualified, markRewarded, type Referrals } from "./store.ts";

export type RewardReferralDeps = {
  readonly ledger: Pick<Ledger, "commit">;
  readonly referrals: Pick<Referrals, "markUnfunded">;
  readonly platform: Pick<Platform, "clock" | "metrics">;
};

/** The two conditions that `also` carries, in its order. */
const ALREADY_REWARDED = 0;

const paidTo = (invited: AccountId, reward: PaidReward): WriteOperation => ({
  put: toPaidRewardItem(invited, reward),
  condition: NOT_EXISTS,
});

/** What belongs to the transfer's transaction. */
const alsoOf = (campaign: Campaign, referral: Referral, reward: Reward): readonly WriteOperation[] => {
  const { invited, inviter } = referral;
  const paid = { campaignId: campaign.id, paidAt: reward.createdAt };
  return [
    markRewarded(referral),
    qualification(campaign),
    countQualified(referral),
    paidTo(invited, { ...paid, accountId: inviter, role: "inviter", amount: reward.inviterReward }),
    paidTo(invited, { ...paid, accountId: invited, role: "invited", amount: reward.invitedReward }),
  ];
};

/**
 * Idempotent. When the budget is used up the referral becomes `unfunded`; while the campaign is paused nothing
 * changes; in both cases the person's next qualifying top-up or payment tries again.
 * @throws Error when too many races were lost in a row, so that the message comes back.
 */
export async function rewardReferral(
  { ledger, referrals, platform }: RewardReferralDeps,
  { campaign, referral }: { readonly campaign: Campaign; readonly referral: Referral },
  correlationId: string,
  log: Log,
): Promise<void> {
  const reward: Reward = {
    campaignId: campaign.id,
    inviter: referral.inviter,
    invited: referral.invited,
    inviterReward: campaign.rewardInviter,
    invitedReward: campaign.rewardInvited,
    createdAt: platform.clock.now(),
  };
  const posting = rewardPosting(campaign, referral);
  const outcome = await ledger.commit({
    posting,
    record: {
      ...toRewardRecord(reward),
      event: {
        id: derivedId("event", posting.transferId, "referral.rewarded"),
        type: "referral.rewarded",
        at: reward.createdAt,
        correlationId,
      },
    },
    also: alsoOf(campaign, referral, reward),
  });
  const fields = { campaignId: campaign.id, invited: referral.invited };
  switch (outcome.outcome) {
    case "committed":
      platform.metrics.count("RewardsPaid");
      log.info("referral-rewarded", fields);
      return;
    case "exists":
      return;
    case "refused":
      if (outcome.refusal.code !== "insufficient-funds")
        throw new Error(`a ${REWARD_KIND} was refused: ${outcome.refusal.code}`);
      await referrals.markUnfunded(referral.invited);
      log.warn("campaign-budget-used-up", fields);
      return;
    case "condition-refused":
      if (outcome.index !== ALREADY_REWARDED) log.warn("campaign-paused", fields);
      return;
    case "no-such-account":
      throw new Error(`a ${REWARD_KIND} is for an account that is not there: ${outcome.account}`);
    case "busy":
      throw new Error(`a ${REWARD_KIND} lost too many races`);
  }
}
