/**
 * Notes decisions about consents, each as an item of its own for ever, with the account and its chains in one
 * transaction: a withdrawn required consent stops money in the same moment. Deciding the same again writes nothing.
 */
import type { Account } from "../../shared/accounts/account.ts";
import { changeAccess } from "../../shared/accounts/change-access.ts";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { keys } from "../../shared/table/keys.ts";
import { NOT_EXISTS, type WriteOperation } from "../../shared/table/table.ts";
import { accessAfter, newDecisions, outdated, toConsentViews, withDecisions } from "./consents.ts";
import type { identityRoutes } from "./contract.ts";
import type { IdentityDeps } from "./deps.ts";

/** Written once and never changed. */
const decisionItems = (before: Account, after: Account): readonly WriteOperation[] =>
  newDecisions(before, after).map((decision) => ({
    put: {
      ...keys.consent(after.id, decision.at, decision.purpose),
      accountId: after.id,
      ...decision,
    },
    condition: NOT_EXISTS,
  }));

export const decideConsents =
  (deps: IdentityDeps): RouteHandler<typeof identityRoutes.putConsents> =>
  async ({ body, caller }) => {
    const decisions = body.consents;
    const [stale] = outdated(decisions);
    if (stale !== undefined) {
      return problem("conflict", {
        detail: `Version ${stale.version} of ${stale.purpose} is not the one in force: read the consents again.`,
      });
    }
    const changed = await changeAccess(deps, caller.accountId, {
      change: (access) => accessAfter(access, decisions),
      memo: "consent",
      alsoAccount: (account) => withDecisions(account, decisions, deps.platform.clock.now()),
      alsoItems: decisionItems,
    });
    if (changed.ok) return { body: { items: toConsentViews(changed.value) } };
    return changed.error.code === "busy"
      ? problem("temporarily-unavailable", { retryAfterSeconds: 1 })
      : problem("not-found");
  };
