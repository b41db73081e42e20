/** Shows a transfer to its two parties; to anyone else there is none. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { Ledger } from "../../shared/ledger/store.ts";
import { fromTransferItem } from "../../shared/transfers/transfer.ts";
import type { transfersRoutes } from "./contract.ts";
import { toTransferView } from "./transfer.ts";

export const getTransfer =
  ({ ledger }: { readonly ledger: Ledger }): RouteHandler<typeof transfersRoutes.getTransfer> =>
  async ({ params, caller }) => {
    const item = await ledger.transfer(params.id);
    const transfer = item === undefined ? undefined : fromTransferItem(item);
    const isParty = transfer?.payer === caller.accountId || transfer?.payee === caller.accountId;
    return transfer !== undefined && isParty
      ? { body: toTransferView(transfer, caller.accountId) }
      : problem("not-found");
  };
