/**
 * Writes down what a run found. An exception and the money that is entered for it are one transaction, and both have
 * ids that follow from what they are about: a repeated run writes nothing twice.
 */
import type { CommitRequest } from "../../shared/ledger/store.ts";
import type { Money } from "../../shared/money/money.ts";
import { toCallbackItem } from "../../shared/payments/callback-record.ts";
import { present } from "../../shared/payments/present.ts";
import type { ExceptionId } from "../../shared/platform/ids.ts";
import { isId } from "../../shared/platform/ids.ts";
import type { Log } from "../../shared/platform/log.ts";
import { entryOf } from "../../shared/reconciliation/booking.ts";
import { type Difference, type Exception, exceptionIdOf } from "../../shared/reconciliation/exception.ts";
import { enterable } from "../../shared/reconciliation/matcher.ts";
import type { Reconciliation } from "../../shared/reconciliation/run.ts";
import { exceptionCreation, exceptionReplacement } from "../../shared/reconciliation/store.ts";
import { NOT_EXISTS, type WriteOperation } from "../../shared/table/table.ts";
import { type Asker, type Opinion, wordsOf } from "./ask-provider.ts";
import type { ReconciliationDeps } from "./deps.ts";

/** @throws Error when the ledger is too busy: the run is taken up again. */
export async function commitOrThrow(
  { ledger }: Pick<ReconciliationDeps, "ledger">,
  request: CommitRequest,
): Promise<"committed" | "known"> {
  const outcome = await ledger.commit(request);
  if (outcome.outcome === "committed") return "committed";
  if (outcome.outcome === "exists" || outcome.outcome === "condition-refused") return "known";
  throw new Error(`reconciliation could not enter ${request.posting.transferId}: ${outcome.outcome}`);
}

/** Money into suspense with the write that says so. @returns whether it was new */
export async function enter(
  deps: ReconciliationDeps,
  exception: Exception,
  amount: Money,
  write: WriteOperation,
  log: Log,
): Promise<boolean> {
  const request = entryOf(exception, amount, deps.platform.clock.now());
  if ((await commitOrThrow(deps, { ...request, also: [write] })) === "known") return false;
  deps.platform.metrics.count("SuspenseAmount", Math.abs(amount.value));
  log.error("reconciliation-suspense", new Error("money that nobody can explain was entered into suspense"), {
    exceptionId: exception.id,
    amount,
  });
  return true;
}

/**
 * What has to be entered for a difference. Nothing while it may still be explained, nor where the provider's API
 * agrees with the ledger against its own statement.
 */
function toEnter(difference: Difference, opinion: Opinion | undefined): Money | undefined {
  if (difference.status === "waiting") return undefined;
  const { inStatement, inLedger } = difference;
  switch (difference.class) {
    case "missing-in-ledger":
    case "unknown-kind":
      return inStatement === undefined ? undefined : enterable(inStatement);
    case "amount-mismatch": {
      const agreesWithLedger =
        opinion?.opinion === "state" && opinion.amount.value === Math.abs(inLedger?.value ?? 0);
      return agreesWithLedger ? undefined : difference.toEnter;
    }
    case "missing-in-statement":
    case "currency-mismatch":
    case "fee-unexpected":
    case "duplicate-line":
    case "status-mismatch":
      return undefined;
  }
}

/** Classes where the provider's API can tell which side is right. */
const asked: ReadonlySet<Difference["class"]> = new Set([
  "amount-mismatch",
  "currency-mismatch",
  "missing-in-ledger",
  "status-mismatch",
]);

/**
 * Has the payments core ask the provider about a payment, refund or payout that the statement has and the ledger has
 * not: as a callback would, whose words are never taken for more than a pointer.
 */
async function pointOut(
  { table, platform }: ReconciliationDeps,
  exception: Exception,
  correlationId: string,
) {
  const { subject, channel, id } = exception;
  const kind = subject?.kind === "payment" || subject?.kind === "refund" ? subject.kind : undefined;
  if (subject === undefined || kind === undefined) return;
  const now = platform.clock.now();
  const record = present({
    channel,
    channelEventId: `reconciliation-${id}`,
    type: "reconciliation",
    kind,
    paymentId: isId("payment", subject.id) ? subject.id : undefined,
    refundId: isId("refund", subject.id) ? subject.id : undefined,
    occurredAt: now,
    receivedAt: now,
  });
  await table.put({ put: toCallbackItem(record, new Uint8Array(), correlationId), condition: NOT_EXISTS });
}

/** @returns the ids of all exceptions found, those that were known before too. */
export async function recordDifferences(
  deps: ReconciliationDeps,
  run: Reconciliation,
  differences: readonly Difference[],
  ask: Asker,
  log: Log,
): Promise<ReadonlySet<ExceptionId>> {
  const found = new Set<ExceptionId>();
  for (const difference of differences) {
    const id = exceptionIdOf(run.channel, run.day, difference);
    found.add(id);
    // Known ones are left as they are, and the provider is not asked about them again.
    if ((await deps.exceptions.get(id)) !== undefined) continue;
    const opinion = asked.has(difference.class) ? await ask(difference.subject) : undefined;
    const entered = toEnter(difference, opinion);
    const { toEnter: _, ...rest } = difference;
    const exception: Exception = {
      ...rest,
      id,
      channel: run.channel,
      day: run.day,
      reconciliationId: run.id,
      foundAt: deps.platform.clock.now(),
      provider: opinion === undefined ? undefined : wordsOf(opinion),
      entered,
      version: 1,
    };
    if (entered === undefined) await deps.exceptions.create(exception);
    else await enter(deps, exception, entered, exceptionCreation(exception), log);
    if (exception.status === "waiting" && exception.class !== "missing-in-statement") {
      await pointOut(deps, exception, run.correlationId);
    }
  }
  return found;
}

/** One that waited for the next day's run in vain is for people now. @returns whether it was opened */
export async function openWaiting(
  deps: ReconciliationDeps,
  before: Exception,
  ask: Asker,
  log: Log,
): Promise<boolean> {
  const opinion = await ask(before.subject);
  const gone = before.class === "missing-in-statement" && isWithoutMoney(opinion);
  const entered =
    before.inLedger === undefined && before.inStatement !== undefined
      ? enterable(before.inStatement)
      : undefined;
  const after: Exception = {
    ...before,
    // The ledger says paid, and the provider that it was not.
    class: gone ? "status-mismatch" : before.class,
    status: "open",
    provider: wordsOf(opinion),
    ...(entered === undefined ? {} : { entered }),
  };
  const write = exceptionReplacement(before, after);
  return entered === undefined ? deps.table.put(write) : enter(deps, after, entered, write, log);
}

const isWithoutMoney = (opinion: Opinion): boolean =>
  opinion.opinion === "state" ? opinion.status !== "succeeded" : opinion.why === "not-found";
