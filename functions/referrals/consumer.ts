/** Lambda entry of the referrals' queue. */
import { createCampaigns } from "../../shared/campaigns/store.ts";
import { consumeEvents } from "../../shared/events/consume.ts";
import { baseConfig, readConfig } from "../../shared/platform/config.ts";
import { ledgerOf, moneyConfig, storage } from "../../shared/wiring/storage.ts";
import { referralsEvents } from "./event-handlers.ts";
import { createReferrals } from "./store.ts";

const config = readConfig(baseConfig.extend(moneyConfig), process.env);
const base = storage(config);

export const handler = consumeEvents(
  referralsEvents({
    ...base,
    ledger: ledgerOf(base, config),
    campaigns: createCampaigns(base),
    referrals: createReferrals(base),
  }),
  base.platform,
);
