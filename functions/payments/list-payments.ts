/** The caller's payments, newest first: one query of the index by owner, so a change may show a moment later. */
import { problem } from "../../shared/http/problems.ts";
import { routeKey } from "../../shared/http/route.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { Payments } from "../../shared/payments/store.ts";
import { paymentsRoutes } from "./contract.ts";
import { toPaymentView } from "./view.ts";

const route = paymentsRoutes.listPayments;

export const listPayments =
  ({ payments }: { readonly payments: Payments }): RouteHandler<typeof route> =>
  async ({ query, caller }) => {
    const page = await payments.pageOf(caller.accountId, query, [caller.accountId, routeKey(route)]);
    if (!page.ok) return problem("cursor-invalid");
    const { items, nextCursor } = page.value;
    return { body: { items: items.map(toPaymentView), ...(nextCursor === undefined ? {} : { nextCursor }) } };
  };
