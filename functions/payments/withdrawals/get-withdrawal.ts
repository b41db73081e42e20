/** Shows a withdrawal to its owner; to anyone else there is none. */
import { problem } from "../../../shared/http/problems.ts";
import type { RouteHandler } from "../../../shared/http/serve.ts";
import type { Payouts } from "../../../shared/payouts/store.ts";
import type { withdrawalsRoutes } from "./contract.ts";
import { toWithdrawalView } from "./view.ts";

export const getWithdrawal =
  ({ payouts }: { readonly payouts: Payouts }): RouteHandler<typeof withdrawalsRoutes.getWithdrawal> =>
  async ({ params, caller }) => {
    const payout = await payouts.get(params.id);
    return payout?.owner === caller.accountId ? { body: toWithdrawalView(payout) } : problem("not-found");
  };
