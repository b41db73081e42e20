/** Shows the caller their account. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { identityRoutes } from "./contract.ts";
import type { IdentityDeps } from "./deps.ts";
import { toMeView } from "./me.ts";

export const getMe =
  ({ accounts }: Pick<IdentityDeps, "accounts">): RouteHandler<typeof identityRoutes.getMe> =>
  async ({ caller }) => {
    const account = await accounts.get(caller.accountId);
    return account === undefined ? problem("not-found") : { body: toMeView(account) };
  };
