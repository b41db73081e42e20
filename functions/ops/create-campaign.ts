/** Makes a campaign and moves its budget from `system:funding` into its own ledger account, in one transaction. */
import type { Campaign } from "../../shared/campaigns/campaign.ts";
import { putCampaign } from "../../shared/campaigns/store.ts";
import { fingerprintOf, idempotentId, keyReused } from "../../shared/http/idempotency.ts";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler, RouteInput } from "../../shared/http/serve.ts";
import { campaignAccount, systemAccount } from "../../shared/ledger/account.ts";
import { movement } from "../../shared/ledger/postings.ts";
import type { CommitRequest } from "../../shared/ledger/store.ts";
import { money } from "../../shared/money/money.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import { type AccountId, type CampaignId, derivedId } from "../../shared/platform/ids.ts";
import type { Item } from "../../shared/table/table.ts";
import { toCampaignView } from "./campaign-view.ts";
import { opsRoutes } from "./contract.ts";
import type { OpsDeps } from "./deps.ts";

const route = opsRoutes.createCampaign;

const fromBody = (id: CampaignId, body: RouteInput<typeof route>["body"], now: EpochMs): Campaign => ({
  id,
  name: body.name,
  status: "active",
  rewardInviter: body.rewardInviter,
  rewardInvited: body.rewardInvited,
  minimum: body.minimum,
  budget: body.budget,
  claimWindowDays: body.claimWindowDays,
  startsAt: body.startsAt === undefined ? now : Date.parse(body.startsAt),
  ...(body.endsAt === undefined ? {} : { endsAt: Date.parse(body.endsAt) }),
  qualified: 0,
  rewarded: money(0, body.budget.currency),
  version: 1,
  createdAt: now,
});

/** The campaign with its budget's transfer, whose id follows from the campaign's. */
const budgetCommit = (campaign: Campaign, by: AccountId, fingerprint: string): CommitRequest => ({
  posting: movement({
    transferId: derivedId("transfer", campaign.id, "budget"),
    from: systemAccount("funding"),
    to: campaignAccount(campaign.id),
    amount: campaign.budget,
    memo: `campaign-budget:${campaign.id}`,
    countOutflow: false,
  }),
  record: {
    kind: "campaign-budget",
    campaignId: campaign.id,
    amount: campaign.budget,
    by,
    createdAt: campaign.createdAt,
    fingerprint,
  },
  also: [putCampaign(campaign)],
});

export const createCampaign =
  ({ campaigns, ledger, platform, currencies }: OpsDeps): RouteHandler<typeof route> =>
  async ({ body, caller, idempotencyKey }) => {
    const campaign = fromBody(
      idempotentId("campaign", caller.accountId, route, idempotencyKey),
      body,
      platform.clock.now(),
    );
    if (!currencies.includes(body.budget.currency)) return problem("currency-not-supported");
    const fingerprint = fingerprintOf(body);
    const request = budgetCommit(campaign, caller.accountId, fingerprint);
    if (campaign.endsAt !== undefined && campaign.endsAt <= campaign.startsAt) {
      // Without a start of its own it starts now: a repetition may come after the end of the campaign it made.
      const record = await ledger.transfer(request.posting.transferId);
      return record === undefined
        ? problem("invalid-request", {
            errors: [{ field: "/body/endsAt", message: "is not after startsAt" }],
          })
        : replay(record);
    }
    const outcome = await ledger.commit(request);
    switch (outcome.outcome) {
      case "committed":
        return { body: await toCampaignView(campaign, ledger) };
      case "exists":
        return replay(outcome.record);
      case "busy":
        return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
      case "refused":
      case "no-such-account":
      case "condition-refused":
        throw new Error(`a campaign's budget was not moved: ${outcome.outcome}`);
    }

    async function replay(record: Item) {
      const existing = await campaigns.get(campaign.id);
      if (existing === undefined || record["fingerprint"] !== fingerprint) return keyReused();
      return { body: await toCampaignView(existing, ledger), replayed: true };
    }
  };
