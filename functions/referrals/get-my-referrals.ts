/**
 * The caller's code, made at its first use, and what it brought: R = k × N for the caller as inviter, by campaign.
 * N is counted in the transaction that pays, so it is exactly the number of rewards the caller got.
 * One query and one read, half a read unit for the open campaign, and half a unit for each campaign shown.
 */
import { type Campaign, isOpen } from "../../shared/campaigns/campaign.ts";
import type { Campaigns } from "../../shared/campaigns/store.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { minorUnits } from "../../shared/money/money.ts";
import type { CampaignId } from "../../shared/platform/ids.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { referralsRoutes } from "./contract.ts";
import { type Tally, toClaimView } from "./referral.ts";
import type { Referrals } from "./store.ts";

export type GetMyReferralsDeps = {
  readonly campaigns: Pick<Campaigns, "activeAt" | "getMany">;
  readonly referrals: Pick<Referrals, "get" | "inviter" | "ensureCode">;
  readonly platform: Pick<Platform, "clock">;
};

/** R = k × N with k the inviter's reward, in the campaign's currency. */
const toEarnings = (campaign: Campaign, qualified: number) => ({
  campaignId: campaign.id,
  name: campaign.name,
  qualified,
  rewardPerReferral: campaign.rewardInviter,
  earned: {
    value: minorUnits(campaign.rewardInviter.value * qualified),
    currency: campaign.rewardInviter.currency,
  },
});

export const getMyReferrals =
  ({
    campaigns,
    referrals,
    platform,
  }: GetMyReferralsDeps): RouteHandler<typeof referralsRoutes.getMyReferrals> =>
  async ({ caller }) => {
    const now = platform.clock.now();
    const [inviter, claim, open] = await Promise.all([
      referrals.inviter(caller.accountId),
      referrals.get(caller.accountId),
      campaigns.activeAt(now),
    ]);
    const code = inviter.code ?? (await referrals.ensureCode(caller.accountId));
    const tallies = new Map<CampaignId, Tally>(inviter.tallies.map((tally) => [tally.campaignId, tally]));
    const shown = await campaignsOf(campaigns, [...tallies.keys()], open);
    return {
      body: {
        code,
        claimed: inviter.tallies.reduce((sum, tally) => sum + tally.claimed, 0),
        campaigns: shown
          .toSorted((a, b) => Number(isOpen(b, now)) - Number(isOpen(a, now)) || b.createdAt - a.createdAt)
          .map((campaign) => toEarnings(campaign, tallies.get(campaign.id)?.qualified ?? 0)),
        ...(claim === undefined ? {} : { claim: toClaimView(claim) }),
      },
    };
  };

async function campaignsOf(
  campaigns: GetMyReferralsDeps["campaigns"],
  ids: readonly CampaignId[],
  open: Campaign | undefined,
): Promise<readonly Campaign[]> {
  const others = ids.filter((id) => id !== open?.id);
  const found = (await campaigns.getMany(others)).filter((campaign) => campaign !== undefined);
  return open === undefined ? found : [open, ...found];
}
