/** Changes the caller's profile. A new handle and the end of the old one are one transaction with the account. */
import { changeAccount } from "../../shared/accounts/change-account.ts";
import { type Problem, problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { identityRoutes } from "./contract.ts";
import type { IdentityDeps } from "./deps.ts";
import { toMeView, withChanges } from "./me.ts";

const refusals = {
  "handle-taken": problem("handle-taken"),
  "not-found": problem("not-found"),
  busy: problem("temporarily-unavailable", { retryAfterSeconds: 1 }),
} as const satisfies Record<string, Problem>;

export const changeMe =
  (deps: Pick<IdentityDeps, "accounts" | "platform">): RouteHandler<typeof identityRoutes.patchMe> =>
  async ({ body, caller }) => {
    const changed = await changeAccount(deps, caller.accountId, (account) => withChanges(account, body));
    return changed.ok ? { body: toMeView(changed.value) } : refusals[changed.error.code];
  };
