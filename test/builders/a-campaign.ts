/** A valid campaign with overrides, without the weight of the storage. */
import type { Campaign } from "../../shared/campaigns/campaign.ts";
import { money } from "../../shared/money/money.ts";
import { derivedId } from "../../shared/platform/ids.ts";
import { NOON } from "./book.ts";

/** 5 for the inviter, 3 for the invited person, from a top-up of 10; money for a hundred. */
export const aCampaign = (overrides: Partial<Campaign> = {}): Campaign => ({
  id: derivedId("campaign", "spring"),
  name: "Spring",
  status: "active",
  rewardInviter: money(500, "USD"),
  rewardInvited: money(300, "USD"),
  minimum: money(1000, "USD"),
  budget: money(80_000, "USD"),
  claimWindowDays: 30,
  startsAt: NOON,
  qualified: 0,
  rewarded: money(0, "USD"),
  version: 1,
  createdAt: NOON,
  ...overrides,
});
