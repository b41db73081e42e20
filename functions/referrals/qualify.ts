/** Whether a person's top-up or payment earns the rewards of their referral, and paying them if so. */

import { type Campaign, reachesMinimum } from "../../shared/campaigns/campaign.ts";
import type { Campaigns } from "../../shared/campaigns/store.ts";
import type { EventOf } from "../../shared/events/catalogue.ts";
import type { Money } from "../../shared/money/money.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { Referral } from "./referral.ts";
import { type RewardReferralDeps, rewardReferral } from "./reward-referral.ts";
import type { Referrals } from "./store.ts";

export type QualifyDeps = RewardReferralDeps & {
  readonly campaigns: Pick<Campaigns, "get">;
  readonly referrals: Pick<Referrals, "get">;
};

/**
 * A person's referral that is not rewarded yet, with its campaign. For most people it is one read unit, and no more.
 * @throws Error when the campaign is gone: campaigns are never deleted.
 */
export async function openReferral(
  { campaigns, referrals }: Pick<QualifyDeps, "campaigns" | "referrals">,
  invited: AccountId,
): Promise<{ readonly referral: Referral; readonly campaign: Campaign } | undefined> {
  const referral = await referrals.get(invited);
  if (referral === undefined || referral.status === "rewarded") return undefined;
  const campaign = await campaigns.get(referral.campaignId);
  if (campaign === undefined) throw new Error(`the campaign ${referral.campaignId} of a referral is gone`);
  return { referral, campaign };
}

export async function qualify(
  deps: QualifyDeps,
  activity: { readonly person: AccountId; readonly amount: Money },
  event: Pick<EventOf<"payment.succeeded" | "transfer.completed">, "correlationId">,
  log: Log,
): Promise<void> {
  const open = await openReferral(deps, activity.person);
  if (open === undefined || !reachesMinimum(open.campaign, activity.amount)) return;
  await rewardReferral(deps, open, event.correlationId, log);
}
