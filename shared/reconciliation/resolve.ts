/** The end of an exception: by a person of ops, or by a later run that explains it. What was entered for it may go back. */
import type { CommitOutcome, CommitRequest, Ledger } from "../ledger/store.ts";
import type { EpochMs } from "../platform/clock.ts";
import type { Table } from "../table/table.ts";
import { takingBack } from "./booking.ts";
import type { Exception, Resolution } from "./exception.ts";
import { exceptionReplacement } from "./store.ts";

export type ResolveDeps = {
  readonly table: Table;
  readonly ledger: Ledger;
};

export type Ending = {
  readonly resolution: Resolution;
  readonly note: string;
  /** Nobody when a run does it. */
  readonly by?: string;
  readonly now: EpochMs;
};

/**
 * `changed`: it is no longer what was read. `busy`: the ledger's chains were too hot; nothing was written.
 * What was entered for an explained one is taken back in the same transaction.
 */
export type Ended =
  | { readonly outcome: "resolved"; readonly exception: Exception }
  | { readonly outcome: "changed" | "busy" };

export async function resolveException(
  { table, ledger }: ResolveDeps,
  before: Exception,
  { resolution, note, by, now }: Ending,
): Promise<Ended> {
  const after: Exception = {
    ...before,
    status: "resolved",
    resolution,
    note,
    ...(by === undefined ? {} : { resolvedBy: by }),
    resolvedAt: now,
  };
  const replacement = exceptionReplacement(before, after);
  const resolved: Ended = { outcome: "resolved", exception: { ...after, version: before.version + 1 } };
  if (resolution === "accepted" || before.entered === undefined) {
    return (await table.put(replacement)) ? resolved : { outcome: "changed" };
  }
  const request: CommitRequest = {
    ...takingBack(before, before.entered, now),
    also: [replacement],
  };
  return endedBy(await ledger.commit(request), resolved);
}

function endedBy(outcome: CommitOutcome, resolved: Ended): Ended {
  switch (outcome.outcome) {
    case "committed":
      return resolved;
    case "exists":
    case "condition-refused":
      return { outcome: "changed" };
    case "busy":
      return { outcome: "busy" };
    case "refused":
    case "no-such-account":
      throw new Error(`what was entered for an exception cannot be taken back: ${outcome.outcome}`);
  }
}
