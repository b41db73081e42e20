/** The refunds of a payment, for who paid and who was paid: one query. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { landingOf } from "../../shared/payments/payment.ts";
import type { paymentsRoutes } from "./contract.ts";
import type { PaymentDeps } from "./deps.ts";
import { toRefundView } from "./view.ts";

export const listRefunds =
  ({
    payments,
    refunds,
  }: Pick<PaymentDeps, "payments" | "refunds">): RouteHandler<typeof paymentsRoutes.listRefunds> =>
  async ({ params, caller }) => {
    const payment = await payments.get(params.id);
    if (payment === undefined) return problem("not-found");
    const isParty =
      payment.owner === caller.accountId || landingOf(payment)?.beneficiary === caller.accountId;
    if (!isParty) return problem("not-found");
    const items = await refunds.of(payment.id);
    const inOrder = items.toSorted((a, b) => a.createdAt - b.createdAt);
    return { body: { items: inOrder.map(toRefundView) } };
  };
