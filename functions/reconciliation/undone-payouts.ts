/**
 * Payouts that came to nothing, in statements that tell of every movement: the money is set aside when a payout is made
 * and comes back when it fails or nobody confirms it. Our books know neither, as such a payout only ever held the
 * money. The two lines explain each other, in one statement or in those of two days.
 */
import { derivedId } from "../../shared/platform/ids.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { Difference, Exception } from "../../shared/reconciliation/exception.ts";
import type { Reconciliation } from "../../shared/reconciliation/run.ts";
import type { SubjectKind } from "../../shared/reconciliation/subject.ts";
import { keys } from "../../shared/table/keys.ts";
import type { ReconciliationDeps } from "./deps.ts";
import { explain } from "./review.ts";

const opposite: Partial<Record<SubjectKind, SubjectKind>> = {
  payout: "payout-return",
  "payout-return": "payout",
};

type Found = Pick<Difference, "class" | "subject" | "inStatement" | "inLedger">;

/** Money of a payout that the statement has and the ledger has not. */
const isUnbooked = ({ class: kind, subject, inStatement, inLedger }: Found): boolean =>
  (kind === "missing-in-ledger" || kind === "status-mismatch") &&
  subject !== undefined &&
  opposite[subject.kind] !== undefined &&
  inStatement !== undefined &&
  inLedger === undefined;

const undoes = (a: Found, b: Found): boolean =>
  isUnbooked(a) &&
  isUnbooked(b) &&
  a.subject?.id === b.subject?.id &&
  a.subject?.kind === opposite[b.subject?.kind ?? "unknown"] &&
  a.inStatement?.currency === b.inStatement?.currency &&
  (a.inStatement?.value ?? 0) + (b.inStatement?.value ?? 0) === 0;

/** Without the pairs of one statement. */
function withoutPairs(differences: readonly Difference[]): readonly Difference[] {
  const open = new Map<string, Difference>();
  const paired = new Set<Difference>();
  for (const difference of differences) {
    const { subject } = difference;
    if (subject === undefined || !isUnbooked(difference)) continue;
    const before = open.get(subject.id);
    if (before !== undefined && undoes(before, difference)) {
      paired.add(before).add(difference);
      open.delete(subject.id);
    } else {
      open.set(subject.id, difference);
    }
  }
  return differences.filter((difference) => !paired.has(difference));
}

/** Notes that a line of a day is explained by one of another day, so that a repeated run of either knows it again. */
const markOf = (channel: string, { subject }: Found) =>
  keys.reconciledTransfer(
    channel,
    derivedId("transfer", subject?.id ?? "", "undone", subject?.kind ?? "unknown"),
  );

async function isExplained(
  deps: ReconciliationDeps,
  { channel, day }: Reconciliation,
  difference: Difference,
  unresolved: readonly Exception[],
  log: Log,
): Promise<{ readonly is: boolean; readonly ended: number }> {
  const other = unresolved.find((exception) => exception.day !== day && undoes(exception, difference));
  if (other === undefined) {
    const mark = await deps.table.get(markOf(channel, difference));
    return { is: mark?.["day"] === day, ended: 0 };
  }
  // First, so that a run which ends here knows the line again.
  await deps.table.putMany([
    { ...markOf(channel, difference), day },
    { ...markOf(channel, other), day: other.day },
  ]);
  const ended = await explain(deps, other, "The payout came to nothing, and its money came back.", log);
  return { is: true, ended: ended ? 1 : 0 };
}

/**
 * Takes out what is explained by its counterpart, here or among the unresolved exceptions of other days, which are
 * resolved with it.
 * @returns what is left, and how many exceptions were explained
 */
export async function settleUndonePayouts(
  deps: ReconciliationDeps,
  run: Reconciliation,
  differences: readonly Difference[],
  log: Log,
): Promise<{ readonly differences: readonly Difference[]; readonly explained: number }> {
  const left = withoutPairs(differences);
  if (!left.some(isUnbooked)) return { differences: left, explained: 0 };
  const unresolved = await deps.exceptions.unresolved(run.channel);
  const kept: Difference[] = [];
  let explained = 0;
  for (const difference of left) {
    const found = isUnbooked(difference)
      ? await isExplained(deps, run, difference, unresolved, log)
      : { is: false, ended: 0 };
    explained += found.ended;
    if (!found.is) kept.push(difference);
  }
  return { differences: kept, explained };
}
