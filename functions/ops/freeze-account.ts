/** Freezing and unfreezing a person, in every currency at once. */
import { changeAccess } from "../../shared/accounts/change-access.ts";
import { type Problem, problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { freeze, unfreeze } from "../../shared/ledger/access.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import type { opsRoutes } from "./contract.ts";
import type { OpsDeps } from "./deps.ts";

type Reply = { readonly body: { accountId: AccountId; frozenFor: string[] } } | Problem;

const change = async (
  deps: OpsDeps,
  accountId: AccountId,
  {
    reason,
    correlationId,
    frozen,
  }: { readonly reason: string; readonly correlationId: string; readonly frozen: boolean },
): Promise<Reply> => {
  const changed = await changeAccess(deps, accountId, {
    change: (access) => (frozen ? freeze(access, reason) : unfreeze(access, reason)),
    memo: `${frozen ? "freeze" : "unfreeze"}:${reason}`,
    event: { type: frozen ? "account.frozen" : "account.unfrozen", correlationId, reason },
  });
  if (changed.ok) return { body: { accountId, frozenFor: [...changed.value.access.frozenFor] } };
  return changed.error.code === "not-found"
    ? problem("not-found")
    : problem("temporarily-unavailable", { retryAfterSeconds: 1 });
};

export const freezeAccount =
  (deps: OpsDeps): RouteHandler<typeof opsRoutes.freezeAccount> =>
  ({ params, body, request }) =>
    change(deps, params.id, { reason: body.reason, correlationId: request.correlationId, frozen: true });

export const unfreezeAccount =
  (deps: OpsDeps): RouteHandler<typeof opsRoutes.unfreezeAccount> =>
  ({ params, body, request }) =>
    change(deps, params.id, { reason: body.reason, correlationId: request.correlationId, frozen: false });
