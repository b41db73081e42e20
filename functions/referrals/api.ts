/** Lambda entry of the referral routes. */
import { createCampaigns } from "../../shared/campaigns/store.ts";
import { serve } from "../../shared/http/serve.ts";
import { createDevices } from "../../shared/people/devices.ts";
import { readConfig } from "../../shared/platform/config.ts";
import { userArea, userAreaConfig } from "../../shared/wiring/user-area.ts";
import { referralsRoutes } from "./contract.ts";
import { referralsHandlers } from "./handlers.ts";
import { createReferrals } from "./store.ts";

const area = userArea(readConfig(userAreaConfig, process.env));

export const handler = serve(
  referralsRoutes,
  referralsHandlers({
    ...area,
    campaigns: createCampaigns(area),
    devices: createDevices(area),
    referrals: createReferrals(area),
  }),
  area,
);
