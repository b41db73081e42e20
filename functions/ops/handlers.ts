/** The area's routes with their use cases. */
import type { Handlers } from "../../shared/http/serve.ts";
import type { opsRoutes } from "./contract.ts";
import { createCampaign } from "./create-campaign.ts";
import type { OpsDeps } from "./deps.ts";
import { listExceptions, resolveException } from "./exceptions.ts";
import { freezeAccount, unfreezeAccount } from "./freeze-account.ts";
import { getFxRates, putFxRates } from "./fx-rates.ts";
import { getOpsHealth } from "./get-health.ts";
import { getPaymentHistory } from "./get-payment-history.ts";
import { getAccountRisk } from "./get-risk.ts";
import { getSuspense } from "./get-suspense.ts";
import { getWithdrawalHistory } from "./get-withdrawal-history.ts";
import { getCampaign, listCampaigns } from "./list-campaigns.ts";
import { patchCampaign } from "./patch-campaign.ts";
import { createReconciliation, getReconciliation, listReconciliations } from "./reconciliations.ts";

export const opsHandlers = (deps: OpsDeps): Handlers<typeof opsRoutes> => ({
  createCampaign: createCampaign(deps),
  listCampaigns: listCampaigns(deps),
  getCampaign: getCampaign(deps),
  patchCampaign: patchCampaign(deps),
  freezeAccount: freezeAccount(deps),
  unfreezeAccount: unfreezeAccount(deps),
  getAccountRisk: getAccountRisk(deps),
  getSuspense: getSuspense(deps),
  getPaymentHistory: getPaymentHistory(deps),
  getWithdrawalHistory: getWithdrawalHistory(deps),
  putFxRates: putFxRates(deps),
  getFxRates: getFxRates(deps),
  createReconciliation: createReconciliation(deps),
  listReconciliations: listReconciliations(deps),
  getReconciliation: getReconciliation(deps),
  listExceptions: listExceptions(deps),
  resolveException: resolveException(deps),
  getOpsHealth: getOpsHealth(deps),
});
