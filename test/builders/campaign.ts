/** A campaign for tests that runs in a world, with its budget paid in. */
import type { Campaign } from "../../shared/campaigns/campaign.ts";
import { putCampaign } from "../../shared/campaigns/store.ts";
import { campaignAccount, systemAccount } from "../../shared/ledger/account.ts";
import { movement } from "../../shared/ledger/postings.ts";
import { derivedId } from "../../shared/platform/ids.ts";
import { aCampaign } from "./a-campaign.ts";
import type { World } from "./world.ts";

/** Writes the campaign with its budget, as ops does. */
export async function startCampaign(world: World, overrides: Partial<Campaign> = {}): Promise<Campaign> {
  const campaign = aCampaign({ createdAt: world.clock.now(), startsAt: world.clock.now(), ...overrides });
  const outcome = await world.ledger.commit({
    posting: movement({
      transferId: derivedId("transfer", campaign.id, "budget"),
      from: systemAccount("funding"),
      to: campaignAccount(campaign.id),
      amount: campaign.budget,
      countOutflow: false,
    }),
    record: { kind: "campaign-funding" },
    also: [putCampaign(campaign)],
  });
  if (outcome.outcome !== "committed") throw new Error(`the campaign did not start: ${outcome.outcome}`);
  return campaign;
}

/** Every item of the world's table. */
export async function allItems(world: World): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  for await (const page of world.table.scan()) items.push(...page);
  return items;
}
