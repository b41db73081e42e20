/**
 * The requests that others made to the caller, or the caller to others, newest first. Outgoing ones are read from the
 * index of owners. Incoming ones are a page of pointers and one batch of their requests, half a read unit each: so a
 * change of a request is written in one place.
 */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { fromRequestItem, requestIdOf } from "../../shared/requests/codec.ts";
import { keys, ownerPartitions, requestedPartition } from "../../shared/table/keys.ts";
import { readPage } from "../../shared/table/page.ts";
import type { transfersRoutes } from "./contract.ts";
import type { CreateTransferDeps } from "./create-transfer.ts";
import { toRequestView } from "./payment-request.ts";

export const listPaymentRequests =
  ({
    table,
    platform,
  }: Pick<CreateTransferDeps, "table" | "platform">): RouteHandler<
    typeof transfersRoutes.listPaymentRequests
  > =>
  async ({ query, caller }) => {
    const { direction } = query;
    const isOutgoing = direction === "outgoing";
    const list = isOutgoing
      ? { index: "byOwner" as const, partition: ownerPartitions.requests(caller.accountId) }
      : { partition: requestedPartition(caller.accountId) };
    const page = await readPage(table, { ...list, newestFirst: true }, query, [
      caller.accountId,
      "listPaymentRequests",
      direction,
    ]);
    if (!page.ok) return problem("cursor-invalid");
    const items = isOutgoing
      ? page.value.items
      : await table.getMany(page.value.items.map((item) => keys.paymentRequest(requestIdOf(item))));
    const now = platform.clock.now();
    return {
      body: {
        ...page.value,
        items: items
          // Pointer and request are written together; a read that lags shows it the next time.
          .filter((item) => item !== undefined)
          .map((item) => toRequestView(fromRequestItem(item), now)),
      },
    };
  };
