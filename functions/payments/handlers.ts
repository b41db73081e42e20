/** The area's routes with their use cases. */
import type { Handlers } from "../../shared/http/serve.ts";
import { cancelPayment } from "./cancel-payment.ts";
import type { paymentsRoutes } from "./contract.ts";
import { createPayment } from "./create-payment.ts";
import { createRefund } from "./create-refund.ts";
import { createTopUp } from "./create-top-up.ts";
import type { PaymentDeps, RiskDeps } from "./deps.ts";
import { getPayment } from "./get-payment.ts";
import { listChannels } from "./list-channels.ts";
import { listPayments } from "./list-payments.ts";
import { listRefunds } from "./list-refunds.ts";
import { type QuoteDeps, quotePayment } from "./quote-payment.ts";
import { resolveRefund } from "./resolutions/resolve-refund.ts";
import { resolveWithdrawal } from "./resolutions/resolve-withdrawal.ts";
import { cancelWithdrawal } from "./withdrawals/cancel-withdrawal.ts";
import { createWithdrawal } from "./withdrawals/create-withdrawal.ts";
import { getWithdrawal } from "./withdrawals/get-withdrawal.ts";
import { listWithdrawals } from "./withdrawals/list-withdrawals.ts";

export const paymentsHandlers = (
  deps: PaymentDeps & QuoteDeps & RiskDeps,
): Handlers<typeof paymentsRoutes> => ({
  createTopUp: createTopUp(deps),
  createPayment: createPayment(deps),
  listPayments: listPayments(deps),
  getPayment: getPayment(deps),
  cancelPayment: cancelPayment(deps),
  createRefund: createRefund(deps),
  listChannels: listChannels(deps),
  quotePayment: quotePayment(deps),
  listRefunds: listRefunds(deps),
  createWithdrawal: createWithdrawal(deps),
  listWithdrawals: listWithdrawals(deps),
  getWithdrawal: getWithdrawal(deps),
  cancelWithdrawal: cancelWithdrawal(deps),
  resolveWithdrawal: resolveWithdrawal(deps),
  resolveRefund: resolveRefund(deps),
});
