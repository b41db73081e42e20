/** The area's routes with their use cases. */
import type { Handlers } from "../../shared/http/serve.ts";
import { createRelations } from "../../shared/people/relations.ts";
import { cancelPaymentRequest, declinePaymentRequest } from "./close-payment-request.ts";
import type { transfersRoutes } from "./contract.ts";
import { createPaymentRequest } from "./create-payment-request.ts";
import { createQuote } from "./create-quote.ts";
import { type CreateTransferDeps, createTransfer } from "./create-transfer.ts";
import { getPaymentRequest } from "./get-payment-request.ts";
import { getTransfer } from "./get-transfer.ts";
import { listPaymentRequests } from "./list-payment-requests.ts";
import { payPaymentRequest } from "./pay-payment-request.ts";
import { remindPaymentRequest } from "./remind-payment-request.ts";

export const transfersHandlers = (deps: CreateTransferDeps): Handlers<typeof transfersRoutes> => ({
  createTransfer: createTransfer(deps),
  getTransfer: getTransfer(deps),
  createPaymentRequest: createPaymentRequest({ ...deps, relations: createRelations(deps) }),
  listPaymentRequests: listPaymentRequests(deps),
  getPaymentRequest: getPaymentRequest(deps),
  payPaymentRequest: payPaymentRequest(deps),
  declinePaymentRequest: declinePaymentRequest(deps),
  cancelPaymentRequest: cancelPaymentRequest(deps),
  remindPaymentRequest: remindPaymentRequest(deps),
  createQuote: createQuote(deps),
});
