/** Reads a statement against a day of the ledger. What it finds is kept in memory until the statement has proved whole. */
import type { StatementLine } from "../../shared/channels/statement.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import { dayOfPosting } from "../../shared/reconciliation/days.ts";
import { type Difference, exceptionIdOf } from "../../shared/reconciliation/exception.ts";
import {
  aboutLine,
  compareAmounts,
  type Matcher,
  type MatchRules,
} from "../../shared/reconciliation/matcher.ts";
import type { Subject } from "../../shared/reconciliation/subject.ts";
import { keys } from "../../shared/table/keys.ts";
import type { ReconciliationDeps } from "./deps.ts";
import { type Found, identify, isOfDispute, lookUp } from "./look-up.ts";

/** Lines looked up together. */
const BATCH = 100;
/** More differences than this mean that the statement is of another account, and nobody could look at them. */
export const MAX_DIFFERENCES = 10_000;

/** The statement and the ledger have next to nothing in common. */
export class TooManyDifferences extends Error {}

export type Comparison = {
  readonly differences: readonly Difference[];
  /** Transfers of other days that have their line in this statement. */
  readonly elsewhere: readonly string[];
  readonly lines: number;
  readonly matched: number;
  readonly converted: number;
};

export type Compare = {
  readonly channel: string;
  readonly lines: AsyncIterable<StatementLine>;
  readonly matcher: Matcher;
  readonly rules: MatchRules & { readonly utcOffsetMinutes: number };
  /** The first moment of the day. */
  readonly from: EpochMs;
  /** Told after each batch. */
  readonly progress: (lines: number, matched: number) => Promise<void>;
};

/** A line that no entry of the day is. */
type Stray = {
  readonly line: StatementLine;
  readonly subject: Subject | undefined;
  readonly surplus: boolean;
};

type Resolved = {
  readonly outcome: "elsewhere" | "converted" | "withheld" | "differs";
  readonly differences: readonly Difference[];
  readonly transferId?: string;
};

async function* batched(lines: AsyncIterable<StatementLine>): AsyncGenerator<readonly StatementLine[]> {
  let batch: StatementLine[] = [];
  for await (const line of lines) {
    batch.push(line);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Money that the ledger does not know. Ours but not in the ledger yet: the payments core is asked to look first. */
function unknownMoney({ line, subject }: Stray, found: Found): Difference {
  const about = aboutLine(line, subject);
  if (found.found === "record") {
    const detail = `we know it as ${found.status}`;
    const kind = found.ended ? "status-mismatch" : "missing-in-ledger";
    return { ...about, class: kind, status: "waiting", detail };
  }
  const kind = line.kind === "other" ? "unknown-kind" : "missing-in-ledger";
  const detail =
    line.channelPaymentId === undefined ? undefined : `of the channel's payment ${line.channelPaymentId}`;
  return { ...about, class: kind, status: "open", detail };
}

/**
 * Whether a transfer of an earlier day had its line already: its day was compared to its end, and it was not missing.
 */
async function hadItsLine(
  { table, exceptions }: ReconciliationDeps,
  channel: string,
  day: string,
  transferId: string,
): Promise<boolean> {
  if ((await table.get(keys.reconciledDay(channel, day))) === undefined) return false;
  const missed = exceptionIdOf(channel, day, { class: "missing-in-statement", reference: transferId });
  return (await exceptions.get(missed)) === undefined;
}

async function resolve(
  deps: ReconciliationDeps,
  { channel, rules, from }: Compare,
  stray: Stray,
): Promise<Resolved> {
  const { line, subject, surplus } = stray;
  if (await isOfDispute(deps, channel, line)) return { outcome: "withheld", differences: [] };
  const found: Found =
    subject === undefined || surplus ? { found: "nothing" } : await lookUp(deps, channel, subject);
  if (subject === undefined || found.found !== "transfer") {
    return { outcome: "differs", differences: [unknownMoney(stray, found)] };
  }
  const { transferId, inLedger, postedAt } = found;
  if (postedAt < from && (await hadItsLine(deps, channel, dayOfPosting(postedAt, rules), transferId))) {
    const difference = { ...aboutLine(line, subject), class: "duplicate-line", status: "open" } as const;
    return { outcome: "differs", differences: [{ ...difference, transferId, inLedger }] };
  }
  const { outcome, differences } = compareAmounts(line, subject, inLedger, rules);
  return { outcome: outcome === "matched" ? "elsewhere" : outcome, differences, transferId };
}

/** @throws StatementError, StatementUnreachable, StatementNotReady, TooManyDifferences: then nothing of it counts. */
export async function compareStatement(deps: ReconciliationDeps, of: Compare): Promise<Comparison> {
  const { channel, matcher } = of;
  const differences: Difference[] = [];
  const elsewhere: string[] = [];
  let [lines, matched, converted] = [0, 0, 0];
  for await (const batch of batched(of.lines)) {
    const subjects = await identify(deps, channel, batch);
    for (const [at, line] of batch.entries()) {
      const subject = subjects[at];
      const verdict = matcher.offer(line, subject);
      differences.push(...verdict.differences);
      if (verdict.outcome === "matched") matched += 1;
      if (verdict.outcome === "converted") converted += 1;
      if (verdict.outcome !== "elsewhere" && verdict.outcome !== "surplus") continue;
      const resolved = await resolve(deps, of, { line, subject, surplus: verdict.outcome === "surplus" });
      differences.push(...resolved.differences);
      if (resolved.outcome === "converted") converted += 1;
      if (resolved.transferId !== undefined) elsewhere.push(resolved.transferId);
    }
    if (differences.length > MAX_DIFFERENCES) throw new TooManyDifferences();
    lines += batch.length;
    await of.progress(lines, matched);
  }
  return { differences, elsewhere, lines, matched, converted };
}
