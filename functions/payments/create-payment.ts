/** Starts a payment: to a person, or into the caller's own wallet. */
import { fingerprintOf, idempotentId } from "../../shared/http/idempotency.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { paymentsRoutes } from "./contract.ts";
import type { PaymentDeps, RiskDeps } from "./deps.ts";
import { startPayment } from "./start-payment.ts";

const route = paymentsRoutes.createPayment;

export const createPayment =
  (deps: PaymentDeps & RiskDeps): RouteHandler<typeof route> =>
  ({ body, caller, idempotencyKey, request }) => {
    // A step-up is how it was confirmed, not what was asked for: another one is the same request.
    const { stepUp, ...intent } = body;
    const { to, from, note, audience, amount, channel, payer, country } = intent;
    return startPayment(deps, {
      id: idempotentId("payment", caller.accountId, route, idempotencyKey),
      fingerprint: fingerprintOf(intent),
      caller,
      correlationId: request.correlationId,
      amount,
      channel,
      payer,
      country,
      stepUp,
      ...("wallet" in to ? {} : { person: { payee: to, from, note, audience } }),
    });
  };
