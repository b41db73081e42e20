/** Asking for comparisons with statements, and looking at them. */
import { fingerprintOf, idempotentId, keyReused } from "../../shared/http/idempotency.ts";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { newReconciliation } from "../../shared/reconciliation/run.ts";
import { createReconciliations } from "../../shared/reconciliation/store.ts";
import type { OpsDeps } from "./deps.ts";
import { reconciliationRoutes } from "./reconciliation-contract.ts";
import { toReconciliationView, toRequestedView } from "./reconciliation-view.ts";

const route = reconciliationRoutes.createReconciliation;

/**
 * Two write units and the event; the worker does the rest. A channel that this stage has no more at that time shows as
 * a failed run.
 */
export const createReconciliation = ({
  table,
  platform,
  channelNames,
}: Pick<OpsDeps, "table" | "platform" | "channelNames">): RouteHandler<typeof route> => {
  const runs = createReconciliations({ table });
  return async ({ body, caller, idempotencyKey, request }) => {
    const id = idempotentId("reconciliation", caller.accountId, route, idempotencyKey);
    const fingerprint = fingerprintOf(body);
    const now = platform.clock.now();
    const run = newReconciliation({ id, ...body, fingerprint, correlationId: request.correlationId, now });
    const hasChannel = channelNames.includes(body.channel);
    if (hasChannel && (await runs.request(run))) return { body: toRequestedView(run) };
    const known = await runs.get(id);
    // What was asked for before is answered again, whichever channels there are now.
    if (known === undefined && !hasChannel) {
      return problem("channel-not-available", {
        detail: `This stage has no channel ${body.channel}. It has: ${channelNames.join(", ") || "none"}.`,
        extensions: { channels: channelNames },
      });
    }
    if (known === undefined || known.fingerprint !== fingerprint) return keyReused();
    return { body: toRequestedView(known), replayed: true };
  };
};

export const listReconciliations = ({
  table,
}: OpsDeps): RouteHandler<typeof reconciliationRoutes.listReconciliations> => {
  const runs = createReconciliations({ table });
  return async ({ query, caller }) => {
    const page = await runs.page(query, [caller.accountId, "reconciliations"]);
    if (!page.ok) return problem("cursor-invalid");
    return { body: { ...page.value, items: page.value.items.map(toReconciliationView) } };
  };
};

export const getReconciliation = ({
  table,
}: OpsDeps): RouteHandler<typeof reconciliationRoutes.getReconciliation> => {
  const runs = createReconciliations({ table });
  return async ({ params }) => {
    const run = await runs.get(params.id);
    return run === undefined ? problem("not-found") : { body: toReconciliationView(run) };
  };
};
