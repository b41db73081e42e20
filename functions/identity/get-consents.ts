/** Shows what the caller agreed to, and what they must agree to before money moves. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { toConsentViews } from "./consents.ts";
import type { identityRoutes } from "./contract.ts";
import type { IdentityDeps } from "./deps.ts";

export const getConsents =
  ({ accounts }: Pick<IdentityDeps, "accounts">): RouteHandler<typeof identityRoutes.getConsents> =>
  async ({ caller }) => {
    const account = await accounts.get(caller.accountId);
    return account === undefined ? problem("not-found") : { body: { items: toConsentViews(account) } };
  };
