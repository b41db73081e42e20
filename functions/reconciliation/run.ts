/**
 * One run: a channel's statement of a day against the ledger. Everything it writes has an id that follows from what it
 * is about and is written once the whole statement was read, so a run that ends anywhere is simply done again.
 */
import { StatementError } from "../../shared/channels/statement.ts";
import { isCurrency } from "../../shared/money/currencies.ts";
import { money } from "../../shared/money/money.ts";
import type { OpenedChannel } from "../../shared/payments/open-channels.ts";
import type { Log } from "../../shared/platform/log.ts";
import { feesOfDay, settlementsOfDay } from "../../shared/reconciliation/booking.ts";
import { spanOf } from "../../shared/reconciliation/days.ts";
import type { Difference } from "../../shared/reconciliation/exception.ts";
import { createMatcher } from "../../shared/reconciliation/matcher.ts";
import {
  ASK_AGAIN_MS,
  type Counts,
  MAX_ATTEMPTS,
  mayStart,
  noCounts,
  type Reconciliation,
  type Sums,
} from "../../shared/reconciliation/run.ts";
import { allSubjects, mustBeStated } from "../../shared/reconciliation/subject.ts";
import { keys } from "../../shared/table/keys.ts";
import { type Asker, createAsker } from "./ask-provider.ts";
import { type Comparison, compareStatement, MAX_DIFFERENCES, TooManyDifferences } from "./compare.ts";
import type { ReconciliationDeps } from "./deps.ts";
import { type LedgerDay, readLedgerDay } from "./read-ledger.ts";
import { openStatement, StatementNotReady, StatementUnreachable } from "./read-statement.ts";
import { commitOrThrow, recordDifferences } from "./record-exceptions.ts";
import { explainLateEntries, markReconciled, reviewExceptions } from "./review.ts";
import { settleUndonePayouts } from "./undone-payouts.ts";

/** Lines between two notes of progress. */
const PROGRESS_LINES = 5_000;

/** Another worker has the run: this one stops. */
class Overtaken extends Error {}

/** The run's record as this worker moves it. */
function recordOf({ reconciliations }: ReconciliationDeps, started: Reconciliation) {
  let current = started;
  return {
    current: () => current,
    async write(change: Partial<Reconciliation>): Promise<Reconciliation> {
      const next = await reconciliations.replace(current, { ...current, ...change });
      if (next === undefined) throw new Overtaken();
      current = next;
      return next;
    },
  };
}
type RunRecord = ReturnType<typeof recordOf>;

/** Entries that have to be in the statement and are not, nor in that of another day. */
async function missingLines(
  { table }: ReconciliationDeps,
  channel: string,
  day: LedgerDay,
  covers: Parameters<typeof mustBeStated>[1],
  found: number,
): Promise<readonly Difference[]> {
  const missing: Difference[] = [];
  for await (const batch of day.unstated()) {
    const wanted = batch.filter(({ subject }) => mustBeStated(subject, covers));
    const marks = await table.getMany(
      wanted.map(({ transferId }) => keys.reconciledTransfer(channel, transferId)),
    );
    for (const [at, { subject, transferId, value, currency }] of wanted.entries()) {
      if (marks[at] !== undefined) continue;
      missing.push({
        class: "missing-in-statement",
        status: "waiting",
        reference: transferId,
        transferId,
        subject,
        inLedger: money(value, currency),
      });
    }
    if (found + missing.length > MAX_DIFFERENCES) throw new TooManyDifferences();
  }
  return missing;
}

/** Fees and payouts to our bank, one transfer a day and currency; a repeated run finds them there. */
async function enterTotals(
  deps: ReconciliationDeps,
  { channel, day }: Reconciliation,
  sums: Readonly<Record<string, Sums>>,
): Promise<void> {
  const parts = { channel, day, now: deps.platform.clock.now() };
  for (const [currency, { fees, settled }] of Object.entries(sums)) {
    if (!isCurrency(currency)) continue;
    if (fees !== 0) await commitOrThrow(deps, feesOfDay({ ...parts, total: money(fees, currency) }));
    if (settled !== 0) {
      await commitOrThrow(deps, settlementsOfDay({ ...parts, total: money(settled, currency) }));
    }
  }
}

const countByClass = (differences: readonly Difference[]): Counts["exceptions"] => {
  const counts: Counts["exceptions"] = {};
  for (const { class: kind } of differences) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

type Facts = {
  readonly comparison: Comparison;
  readonly ledgerDay: LedgerDay;
  readonly sums: Readonly<Record<string, Sums>>;
  readonly fileHash: string;
};

/** Reads both sides; writes nothing but progress. */
async function read(
  deps: ReconciliationDeps,
  record: RunRecord,
  opened: OpenedChannel,
): Promise<Facts | "not-ready"> {
  const { channel, day } = record.current();
  const { statement } = opened.channel.capabilities;
  const span = spanOf(day, statement);
  if (deps.platform.clock.now() < span.until) return "not-ready";
  const found = await openStatement(opened, day);
  if (found.kind === "not-ready") return "not-ready";
  const rules = {
    converts: statement.converts === true,
    settlements: statement.settlements ?? [],
    fees: deps.feeRules[channel] ?? {},
    utcOffsetMinutes: statement.utcOffsetMinutes,
  };
  const ledgerDay = await readLedgerDay(deps, channel, span);
  const matcher = createMatcher(ledgerDay.index, rules);
  for (const [currency, value] of ledgerDay.totals) matcher.addLedger(currency, value);
  let told = 0;
  const comparison = await compareStatement(deps, {
    channel,
    lines: found.lines,
    matcher,
    rules,
    from: span.from,
    async progress(lines, matched) {
      if (lines < told + PROGRESS_LINES) return;
      told = lines;
      await record.write({ counts: { ...noCounts, lines, matched, entries: ledgerDay.index.size() } });
    },
  });
  return { comparison, ledgerDay, sums: matcher.sums(), fileHash: found.hash() };
}

async function conclude(
  deps: ReconciliationDeps,
  record: RunRecord,
  opened: OpenedChannel,
  { comparison, ledgerDay, sums, fileHash }: Facts,
  log: Log,
): Promise<void> {
  const run = record.current();
  const { channel, day } = run;
  const covers = opened.channel.capabilities.statement.covers ?? allSubjects;
  const ask: Asker = createAsker(deps, opened);
  const late = await explainLateEntries(deps, run, log);
  await markReconciled(deps, run, comparison.elsewhere);
  const stated = await settleUndonePayouts(deps, run, comparison.differences, log);
  const missing = await missingLines(deps, channel, ledgerDay, covers, stated.differences.length);
  const differences = [...stated.differences, ...missing];
  const found = await recordDifferences(deps, run, differences, ask, log);
  const explained = late + stated.explained + (await reviewExceptions(deps, run, found, ask, log));
  await enterTotals(deps, run, sums);
  const now = deps.platform.clock.now();
  await deps.table.put({ put: { ...keys.reconciledDay(channel, day), reconciliationId: run.id, at: now } });
  const exceptions = countByClass(differences);
  const counts: Counts = {
    lines: comparison.lines,
    entries: ledgerDay.index.size(),
    matched: comparison.matched,
    elsewhere: comparison.elsewhere.length,
    converted: comparison.converted,
    explained,
    exceptions,
  };
  await record.write({ status: "complete", endedAt: now, counts, sums, fileHash });
  const open = differences.filter(({ status }) => status === "open").length;
  deps.platform.metrics.count("ReconciliationExceptions", open);
  log.info("reconciliation-complete", { ...counts, open });
}

/** Nothing of it was kept; a person looks at it. */
async function fail(deps: ReconciliationDeps, record: RunRecord, reason: string, cause: unknown, log: Log) {
  await record.write({
    status: "failed",
    endedAt: deps.platform.clock.now(),
    counts: noCounts,
    sums: {},
    reason,
  });
  deps.platform.metrics.count("ReconciliationFailures");
  log.error("reconciliation-failed", cause, { reason });
}

/** Asked for again by the schedule; after two days of that it is a failure. */
async function postpone(
  deps: ReconciliationDeps,
  record: RunRecord,
  reason: string,
  log: Log,
): Promise<void> {
  if (record.current().attempts >= MAX_ATTEMPTS) {
    return fail(deps, record, reason, new Error("the statement does not come"), log);
  }
  const askAgainAt = deps.platform.clock.now() + ASK_AGAIN_MS;
  await record.write({ status: "not-ready", askAgainAt, counts: noCounts, sums: {}, reason });
  log.info("reconciliation-postponed", { reason });
}

/**
 * Takes a requested run to its end, or does nothing when it has one or another worker has it.
 * @throws whatever is not the statement's fault: the queue brings the run again.
 */
export async function reconcile(deps: ReconciliationDeps, id: string, log: Log): Promise<void> {
  const requested = await deps.reconciliations.get(id);
  const now = deps.platform.clock.now();
  if (requested === undefined || !mayStart(requested, now)) return;
  const record = recordOf(deps, requested);
  try {
    const { askAgainAt: _, reason: __, ...rest } = requested;
    const started = { ...rest, status: "running" as const, startedAt: now, attempts: requested.attempts + 1 };
    await record.write(started);
    const opened = await deps.channels.open(requested.channel);
    if (opened === undefined) {
      await fail(deps, record, "channel-not-available", new Error(`no channel ${requested.channel}`), log);
      return;
    }
    const facts = await read(deps, record, opened);
    if (facts === "not-ready") await postpone(deps, record, "not-ready", log);
    else await conclude(deps, record, opened, facts, log);
  } catch (cause) {
    if (cause instanceof Overtaken) log.warn("reconciliation-overtaken", { id });
    else if (cause instanceof StatementNotReady) await postpone(deps, record, "not-ready", log);
    else if (cause instanceof StatementUnreachable) await postpone(deps, record, "unreachable", log);
    else if (cause instanceof StatementError) await fail(deps, record, "statement-unreadable", cause, log);
    else if (cause instanceof TooManyDifferences)
      await fail(deps, record, "too-many-differences", cause, log);
    else throw cause;
  }
}
