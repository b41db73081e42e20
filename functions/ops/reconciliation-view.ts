/** Runs and exceptions as people of ops see them. */
import type { z } from "zod";
import { present } from "../../shared/payments/present.ts";
import { type EpochMs, toTimestamp } from "../../shared/platform/clock.ts";
import { type Exception, exceptionClasses } from "../../shared/reconciliation/exception.ts";
import type { Reconciliation } from "../../shared/reconciliation/run.ts";
import type { reconciliationRoutes } from "./reconciliation-contract.ts";

type View<R extends keyof typeof reconciliationRoutes> = z.input<
  (typeof reconciliationRoutes)[R]["reply"]["body"]
>;

const optionalTime = (at: EpochMs | undefined) => (at === undefined ? undefined : toTimestamp(at));

export const toRequestedView = ({
  id,
  channel,
  day,
  requestedAt,
}: Reconciliation): View<"createReconciliation"> => ({
  id,
  channel,
  day,
  requestedAt: toTimestamp(requestedAt),
});

export const toReconciliationView = (run: Reconciliation): View<"getReconciliation"> =>
  present({
    id: run.id,
    channel: run.channel,
    day: run.day,
    status: run.status,
    requestedAt: toTimestamp(run.requestedAt),
    startedAt: optionalTime(run.startedAt),
    endedAt: optionalTime(run.endedAt),
    askAgainAt: optionalTime(run.askAgainAt),
    ...run.counts,
    exceptions: exceptionClasses.flatMap((kind) => {
      const count = run.counts.exceptions[kind] ?? 0;
      return count === 0 ? [] : [{ class: kind, count }];
    }),
    sums: Object.entries(run.sums).map(([currency, sums]) => ({ currency, ...sums })),
    fileHash: run.fileHash,
    reason: run.reason,
  });

export const toExceptionView = (exception: Exception): View<"resolveException"> =>
  present({
    id: exception.id,
    class: exception.class,
    status: exception.status,
    channel: exception.channel,
    day: exception.day,
    reconciliationId: exception.reconciliationId,
    foundAt: toTimestamp(exception.foundAt),
    subjectId: exception.subject?.id,
    transactionId: exception.transactionId,
    transferId: exception.transferId,
    inStatement: exception.inStatement,
    inLedger: exception.inLedger,
    rawType: exception.rawType,
    provider: exception.provider,
    detail: exception.detail,
    entered: exception.entered,
    resolution: exception.resolution,
    note: exception.note,
    resolvedAt: optionalTime(exception.resolvedAt),
  });
