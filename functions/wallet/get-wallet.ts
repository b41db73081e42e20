/** The caller's balances: the newest entry of each of their chains. */
import type { Accounts } from "../../shared/accounts/store.ts";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { userAccount } from "../../shared/ledger/account.ts";
import type { Ledger } from "../../shared/ledger/store.ts";
import type { walletRoutes } from "./contract.ts";

export type WalletDeps = { readonly accounts: Accounts; readonly ledger: Ledger };

/** One read for the account and one for each currency it has. */
export const getWallet =
  ({ accounts, ledger }: WalletDeps): RouteHandler<typeof walletRoutes.getWallet> =>
  async ({ caller }) => {
    const account = await accounts.get(caller.accountId);
    if (account === undefined) return problem("not-found");
    const owner = userAccount(account.id);
    const heads = await Promise.all(
      account.currencies.toSorted().map((currency) => ledger.head({ account: owner, currency })),
    );
    return {
      body: {
        balances: heads
          .filter((head) => head !== undefined)
          .map(({ currency, state }) => ({
            currency,
            available: state.available,
            held: state.held,
            frozen: state.access.frozenFor.length > 0,
          })),
      },
    };
  };
