/** Campaigns, newest first, and one alone. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { toCampaignView } from "./campaign-view.ts";
import type { opsRoutes } from "./contract.ts";
import type { OpsDeps } from "./deps.ts";

export const listCampaigns =
  ({ campaigns, ledger }: OpsDeps): RouteHandler<typeof opsRoutes.listCampaigns> =>
  async ({ query, caller }) => {
    const page = await campaigns.page(query, [caller.accountId, "campaigns"]);
    if (!page.ok) return problem("cursor-invalid");
    const { items, nextCursor } = page.value;
    const views = await Promise.all(items.map((campaign) => toCampaignView(campaign, ledger)));
    return { body: { items: views, ...(nextCursor === undefined ? {} : { nextCursor }) } };
  };

export const getCampaign =
  ({ campaigns, ledger }: OpsDeps): RouteHandler<typeof opsRoutes.getCampaign> =>
  async ({ params }) => {
    const campaign = await campaigns.get(params.id);
    return campaign === undefined ? problem("not-found") : { body: await toCampaignView(campaign, ledger) };
  };
