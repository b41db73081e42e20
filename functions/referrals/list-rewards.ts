/** The rewards that the caller was paid, in either role, newest first. */
import { problem } from "../../shared/http/problems.ts";
import { routeKey } from "../../shared/http/route.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { referralsRoutes } from "./contract.ts";
import { fromPaidRewardItem, toRewardView } from "./referral.ts";
import type { Referrals } from "./store.ts";

const route = referralsRoutes.listRewards;

export const listRewards =
  ({ referrals }: { readonly referrals: Pick<Referrals, "rewardsPage"> }): RouteHandler<typeof route> =>
  async ({ query, caller }) => {
    const page = await referrals.rewardsPage(caller.accountId, query, [caller.accountId, routeKey(route)]);
    if (!page.ok) return problem("cursor-invalid");
    return {
      body: {
        ...page.value,
        items: page.value.items.map((item) => toRewardView(fromPaidRewardItem(item))),
      },
    };
  };
