/** The area's routes with their use cases. */
import type { Handlers } from "../../shared/http/serve.ts";
import type { opsRoutes } from "./contract.ts";
import { createCampaign } from "./create-campaign.ts";
import type { OpsDeps } from "./deps.ts";
import { freezeAccount, unfreezeAccount } from "./freeze-account.ts";
import { getOpsHealth } from "./get-health.ts";
import { getSuspense } from "./get-suspense.ts";
import { getCampaign, listCampaigns } from "./list-campaigns.ts";
import { patchCampaign } from "./patch-campaign.ts";

export const opsHandlers = (deps: OpsDeps): Handlers<typeof opsRoutes> => ({
  createCampaign: createCampaign(deps),
  listCampaigns: listCampaigns(deps),
  getCampaign: getCampaign(deps),
  patchCampaign: patchCampaign(deps),
  freezeAccount: freezeAccount(deps),
  unfreezeAccount: unfreezeAccount(deps),
  getSuspense: getSuspense(deps),
  getOpsHealth: getOpsHealth(deps),
});
