/** Differences between statements and the ledger: looking at them, and closing one. */
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import { resolveException as resolve } from "../../shared/reconciliation/resolve.ts";
import { createExceptions } from "../../shared/reconciliation/store.ts";
import type { OpsDeps } from "./deps.ts";
import type { reconciliationRoutes } from "./reconciliation-contract.ts";
import { toExceptionView } from "./reconciliation-view.ts";

export const listExceptions = ({
  table,
}: OpsDeps): RouteHandler<typeof reconciliationRoutes.listExceptions> => {
  const exceptions = createExceptions({ table });
  return async ({ query, caller }) => {
    const page = await exceptions.page(query.status, query, [caller.accountId, "exceptions", query.status]);
    if (!page.ok) return problem("cursor-invalid");
    return { body: { ...page.value, items: page.value.items.map(toExceptionView) } };
  };
};

/** Idempotent by nature: the same resolution and note again change nothing, another one is a conflict. */
export const resolveException = (
  deps: OpsDeps,
): RouteHandler<typeof reconciliationRoutes.resolveException> => {
  const exceptions = createExceptions(deps);
  return async ({ params, body, caller }) => {
    const exception = await exceptions.get(params.id);
    if (exception === undefined) return problem("not-found");
    if (exception.status === "resolved") {
      const isSame = exception.resolution === body.resolution && exception.note === body.note;
      return isSame
        ? { body: toExceptionView(exception), replayed: true }
        : problem("conflict", { detail: `It was resolved before: ${exception.resolution}.` });
    }
    const now = deps.platform.clock.now();
    const ended = await resolve(deps, exception, { ...body, by: caller.accountId, now });
    if (ended.outcome === "resolved") return { body: toExceptionView(ended.exception) };
    return ended.outcome === "busy"
      ? problem("temporarily-unavailable", { retryAfterSeconds: 1 })
      : problem("conflict", { detail: "It was changed at the same time. Look at it again." });
  };
};
