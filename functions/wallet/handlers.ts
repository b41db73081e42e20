/** The area's routes with their use cases. */
import type { Handlers } from "../../shared/http/serve.ts";
import type { Table } from "../../shared/table/table.ts";
import type { walletRoutes } from "./contract.ts";
import { getStatement } from "./get-statement.ts";
import { getWallet, type WalletDeps } from "./get-wallet.ts";
import { listEntries } from "./list-entries.ts";

export const walletHandlers = (
  deps: WalletDeps & { readonly table: Table },
): Handlers<typeof walletRoutes> => ({
  getWallet: getWallet(deps),
  listEntries: listEntries(deps),
  getStatement: getStatement(deps),
});
