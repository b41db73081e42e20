/** The area's routes with their use cases. */
import type { Handlers } from "../../shared/http/serve.ts";
import { type ClaimReferralDeps, claimReferral } from "./claim-referral.ts";
import type { referralsRoutes } from "./contract.ts";
import { type GetMyReferralsDeps, getMyReferrals } from "./get-my-referrals.ts";
import { listRewards } from "./list-rewards.ts";
import type { Referrals } from "./store.ts";

export type ReferralsHandlersDeps = ClaimReferralDeps &
  GetMyReferralsDeps & { readonly referrals: Referrals };

export const referralsHandlers = (deps: ReferralsHandlersDeps): Handlers<typeof referralsRoutes> => ({
  getMyReferrals: getMyReferrals(deps),
  claimReferral: claimReferral(deps),
  listRewards: listRewards(deps),
});
