/** A campaign as people of ops see it: with what is left in its ledger account. */
import type { z } from "zod";
import type { Campaign } from "../../shared/campaigns/campaign.ts";
import { campaignAccount } from "../../shared/ledger/account.ts";
import type { Ledger } from "../../shared/ledger/store.ts";
import { money } from "../../shared/money/money.ts";
import { toTimestamp } from "../../shared/platform/clock.ts";
import type { campaignView } from "./contract.ts";

/** One ledger read a campaign. */
export async function toCampaignView(
  campaign: Campaign,
  ledger: Ledger,
): Promise<z.input<typeof campaignView>> {
  const { currency } = campaign.budget;
  const head = await ledger.head({ account: campaignAccount(campaign.id), currency });
  return {
    id: campaign.id,
    name: campaign.name,
    status: campaign.status,
    rewardInviter: campaign.rewardInviter,
    rewardInvited: campaign.rewardInvited,
    minimum: campaign.minimum,
    claimWindowDays: campaign.claimWindowDays,
    budget: campaign.budget,
    remaining: money(head?.state.available ?? 0, currency),
    qualified: campaign.qualified,
    rewarded: campaign.rewarded,
    startsAt: toTimestamp(campaign.startsAt),
    ...(campaign.endsAt === undefined ? {} : { endsAt: toTimestamp(campaign.endsAt) }),
  };
}
