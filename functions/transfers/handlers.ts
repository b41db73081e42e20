/** The area's routes with their use cases. */
import type { Handlers } from "../../shared/http/serve.ts";
import type { transfersRoutes } from "./contract.ts";
import { type CreateTransferDeps, createTransfer } from "./create-transfer.ts";
import { getTransfer } from "./get-transfer.ts";

export const transfersHandlers = (deps: CreateTransferDeps): Handlers<typeof transfersRoutes> => ({
  createTransfer: createTransfer(deps),
  getTransfer: getTransfer(deps),
});
