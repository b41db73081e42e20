/** The area's routes with their use cases. */
import type { Handlers } from "../../shared/http/serve.ts";
import type { paymentsRoutes } from "./contract.ts";
import { createTopUp } from "./create-top-up.ts";
import type { PaymentApiDeps } from "./deps.ts";
import { getPayment } from "./get-payment.ts";
import { listPayments } from "./list-payments.ts";

export const paymentsHandlers = (deps: PaymentApiDeps): Handlers<typeof paymentsRoutes> => ({
  createTopUp: createTopUp(deps),
  listPayments: listPayments(deps),
  getPayment: getPayment(deps),
});
