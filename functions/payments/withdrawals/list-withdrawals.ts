/** The caller's withdrawals, newest first: one query of the index by owner, so a change may show a moment later. */
import { problem } from "../../../shared/http/problems.ts";
import { routeKey } from "../../../shared/http/route.ts";
import type { RouteHandler } from "../../../shared/http/serve.ts";
import type { Payouts } from "../../../shared/payouts/store.ts";
import { withdrawalsRoutes } from "./contract.ts";
import { toWithdrawalView } from "./view.ts";

const route = withdrawalsRoutes.listWithdrawals;

export const listWithdrawals =
  ({ payouts }: { readonly payouts: Payouts }): RouteHandler<typeof route> =>
  async ({ query, caller }) => {
    const page = await payouts.pageOf(caller.accountId, query, [caller.accountId, routeKey(route)]);
    if (!page.ok) return problem("cursor-invalid");
    const { items, nextCursor } = page.value;
    return {
      body: { items: items.map(toWithdrawalView), ...(nextCursor === undefined ? {} : { nextCursor }) },
    };
  };
