/** Shows a payment to its owner; to anyone else there is none. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { paymentsRoutes } from "./contract.ts";
import type { PaymentDeps } from "./deps.ts";
import { withFreshAction } from "./renew-action.ts";
import { toPaymentView } from "./view.ts";

export const getPayment =
  ({
    payments,
    channels,
  }: Pick<PaymentDeps, "payments" | "channels">): RouteHandler<typeof paymentsRoutes.getPayment> =>
  async ({ params, caller }) => {
    const payment = await payments.get(params.id);
    if (payment?.owner !== caller.accountId) return problem("not-found");
    return { body: toPaymentView(await withFreshAction(channels, payment)) };
  };
