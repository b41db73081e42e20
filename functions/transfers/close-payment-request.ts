/**
 * Ends a request without money: the asked person declines it, or its requester takes it back. Doing so again changes
 * nothing. One read unit; one write unit, and two in the indexes.
 */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { fromRequestItem } from "../../shared/requests/codec.ts";
import { requestEnd } from "../../shared/requests/moves.ts";
import { requestEndings, statusAt } from "../../shared/requests/request.ts";
import type { transfersRoutes } from "./contract.ts";
import type { CreateTransferDeps } from "./create-transfer.ts";
import { notOpen, requestFor, toRequestView } from "./payment-request.ts";

type Deps = Pick<CreateTransferDeps, "table" | "platform">;
type ClosingRoute =
  | typeof transfersRoutes.declinePaymentRequest
  | typeof transfersRoutes.cancelPaymentRequest;

const close =
  (ending: "declined" | "cancelled") =>
  (deps: Deps): RouteHandler<ClosingRoute> =>
  async ({ params, caller, request: { correlationId } }) => {
    const find = () => requestFor(deps, params.id, caller.accountId, [requestEndings[ending]]);
    const known = await find();
    if (known === undefined) return problem("not-found");
    const now = deps.platform.clock.now();
    if (statusAt(known, now) === "open") {
      const after = await deps.table.update(requestEnd(known.requestId, ending, { now, correlationId }));
      if (after !== undefined) return { body: toRequestView(fromRequestItem(after), now) };
    }
    const request = statusAt(known, now) === "open" ? ((await find()) ?? known) : known;
    const status = statusAt(request, now);
    return status === ending ? { body: toRequestView(request, now) } : notOpen(status);
  };

export const declinePaymentRequest = close("declined");
export const cancelPaymentRequest = close("cancelled");
