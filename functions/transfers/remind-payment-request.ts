/** Reminds the asked person of an open request. One read unit and a write unit, and one in the index of owners. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { fromRequestItem } from "../../shared/requests/codec.ts";
import { requestReminder } from "../../shared/requests/moves.ts";
import { MAX_REMINDERS, mayRemind } from "../../shared/requests/request.ts";
import type { transfersRoutes } from "./contract.ts";
import type { CreateTransferDeps } from "./create-transfer.ts";
import { notOpen, requestFor, toRequestView } from "./payment-request.ts";

export const remindPaymentRequest =
  (
    deps: Pick<CreateTransferDeps, "table" | "platform">,
  ): RouteHandler<typeof transfersRoutes.remindPaymentRequest> =>
  async ({ params, caller, request: { correlationId } }) => {
    const known = await requestFor(deps, params.id, caller.accountId, ["requester"]);
    if (known === undefined) return problem("not-found");
    const now = deps.platform.clock.now();
    const allowed = mayRemind(known, now);
    if (!allowed.ok) {
      switch (allowed.error.code) {
        case "not-open":
          return notOpen(allowed.error.status);
        case "reminded-enough":
          return problem("conflict", { detail: `Nobody is reminded more than ${MAX_REMINDERS} times.` });
        case "reminded-lately":
          return problem("too-many-requests", {
            retryAfterSeconds: Math.ceil(allowed.error.waitMs / 1000),
          });
      }
    }
    const after = await deps.table.update(requestReminder(known, { now, correlationId }));
    return after === undefined ? notOpen("open") : { body: toRequestView(fromRequestItem(after), now) };
  };
