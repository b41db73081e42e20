/** Shows a payment to its owner; to anyone else there is none. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { Payments } from "../../shared/payments/store.ts";
import type { paymentsRoutes } from "./contract.ts";
import { toPaymentView } from "./view.ts";

export const getPayment =
  ({ payments }: { readonly payments: Payments }): RouteHandler<typeof paymentsRoutes.getPayment> =>
  async ({ params, caller }) => {
    const payment = await payments.get(params.id);
    return payment?.owner === caller.accountId ? { body: toPaymentView(payment) } : problem("not-found");
  };
