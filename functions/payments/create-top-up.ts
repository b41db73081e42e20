/** Starts a payment into the caller's own wallet. */
import { fingerprintOf, idempotentId } from "../../shared/http/idempotency.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { paymentsRoutes } from "./contract.ts";
import type { PaymentDeps, RiskDeps } from "./deps.ts";
import { startPayment } from "./start-payment.ts";

const route = paymentsRoutes.createTopUp;

export const createTopUp =
  (deps: PaymentDeps & RiskDeps): RouteHandler<typeof route> =>
  ({ body, caller, idempotencyKey, request }) =>
    startPayment(deps, {
      id: idempotentId("payment", caller.accountId, route, idempotencyKey),
      fingerprint: fingerprintOf(body),
      caller,
      correlationId: request.correlationId,
      ...body,
    });
