/** Looks at the unresolved exceptions of a channel again in the light of a new run. */
import type { ExceptionId } from "../../shared/platform/ids.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { Exception } from "../../shared/reconciliation/exception.ts";
import { resolveException } from "../../shared/reconciliation/resolve.ts";
import type { Reconciliation } from "../../shared/reconciliation/run.ts";
import { keys } from "../../shared/table/keys.ts";
import type { Asker } from "./ask-provider.ts";
import type { ReconciliationDeps } from "./deps.ts";
import { lookUp } from "./look-up.ts";
import { openWaiting } from "./record-exceptions.ts";

/** Notes that a transfer has its line in a statement of another day than its own; again changes nothing. */
export async function markReconciled(
  { table }: ReconciliationDeps,
  { channel, day }: Pick<Reconciliation, "channel" | "day">,
  transferIds: readonly string[],
): Promise<void> {
  await table.putMany(
    [...new Set(transferIds)].map((id) => ({ ...keys.reconciledTransfer(channel, id), day })),
  );
}

/** @returns whether it was resolved here. @throws Error when the ledger is too busy: the run is taken up again. */
export async function explain(
  deps: ReconciliationDeps,
  exception: Exception,
  note: string,
  log: Log,
): Promise<boolean> {
  const now = deps.platform.clock.now();
  const ended = await resolveException(deps, exception, { resolution: "explained", note, now });
  if (ended.outcome === "busy") throw new Error(`the exception ${exception.id} could not be resolved`);
  log.info("exception-explained", { exceptionId: exception.id, outcome: ended.outcome });
  return ended.outcome === "resolved";
}

/**
 * Money that the ledger did not know and knows by now: its line was in the statement of its exception's day.
 * Before the day's own entries are asked for their lines, as that money may have been posted on this very day.
 * @returns how many were explained
 */
export async function explainLateEntries(
  deps: ReconciliationDeps,
  run: Reconciliation,
  log: Log,
): Promise<number> {
  let explained = 0;
  for (const exception of await deps.exceptions.unresolved(run.channel)) {
    const { subject, inStatement, inLedger } = exception;
    if (subject === undefined || inStatement === undefined || inLedger !== undefined) continue;
    if (exception.class !== "missing-in-ledger" && exception.class !== "status-mismatch") continue;
    const found = await lookUp(deps, run.channel, subject);
    if (found.found !== "transfer" || found.inLedger.value !== inStatement.value) continue;
    // A second payment of one order is not explained by the first.
    if (found.postedAt < exception.foundAt) continue;
    await markReconciled(deps, exception, [found.transferId]);
    if (await explain(deps, exception, "It was posted later.", log)) explained += 1;
  }
  return explained;
}

/**
 * At the end of a run: what it did not find again, or found in this statement, is explained; what waited for it in vain
 * is opened. @param found of this run @returns how many were explained
 */
export async function reviewExceptions(
  deps: ReconciliationDeps,
  run: Reconciliation,
  found: ReadonlySet<ExceptionId>,
  ask: Asker,
  log: Log,
): Promise<number> {
  let explained = 0;
  for (const exception of await deps.exceptions.unresolved(run.channel)) {
    if (exception.day === run.day) {
      if (found.has(exception.id)) continue;
      if (await explain(deps, exception, "A later run of the day did not find it.", log)) explained += 1;
      continue;
    }
    const { transferId } = exception;
    const mark =
      exception.class !== "missing-in-statement" || transferId === undefined
        ? undefined
        : await deps.table.get(keys.reconciledTransfer(run.channel, transferId));
    if (mark !== undefined) {
      if (await explain(deps, exception, "It was in the statement of another day.", log)) explained += 1;
    } else if (exception.status === "waiting" && exception.day < run.day) {
      await openWaiting(deps, exception, ask, log);
    }
  }
  return explained;
}
