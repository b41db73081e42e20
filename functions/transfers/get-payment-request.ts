/** Shows a payment request to its two parties; to anyone else there is none. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import type { transfersRoutes } from "./contract.ts";
import type { CreateTransferDeps } from "./create-transfer.ts";
import { requestFor, toRequestView } from "./payment-request.ts";

export const getPaymentRequest =
  (
    deps: Pick<CreateTransferDeps, "table" | "platform">,
  ): RouteHandler<typeof transfersRoutes.getPaymentRequest> =>
  async ({ params, caller }) => {
    const request = await requestFor(deps, params.id, caller.accountId, ["requester", "payer"]);
    return request === undefined
      ? problem("not-found")
      : { body: toRequestView(request, deps.platform.clock.now()) };
  };
