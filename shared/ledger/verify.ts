/** Checking chains after the fact: gaps, hashes, and whether the running state is the fold of what happened. */

import { sameAccess } from "./access.ts";
import { mayGoBelowZero } from "./account.ts";
import { type Chain, chainKey, type Entry, hashOf, initialState, type RunningState } from "./entry.ts";
import { dayOf, hourOf, monthOf, outflowAt } from "./limits.ts";

export type ChainFault = {
  readonly chain: string;
  readonly sequence: number;
  readonly fault:
    | "gap"
    | "hash-mismatch"
    | "broken-link"
    | "state-mismatch"
    | "below-zero"
    | "time-runs-back"
    | "outflow-mismatch"
    | "access-changed"
    | "foreign-entry";
};

/** What left cannot be counted higher than what moved, nor as more than one movement; only a new period begins again. */
const outflowFollows = (before: RunningState, entry: Entry): boolean => {
  const { outflow } = entry.state;
  if (outflow.hour !== hourOf(entry.at)) return false;
  if (outflow.day !== dayOf(entry.at) || outflow.month !== monthOf(entry.at)) return false;
  const base = outflowAt(before.outflow, entry.at);
  const moved = Math.abs(entry.amount.available);
  const isWithin = (total: number, start: number): boolean => total >= 0 && Math.abs(total - start) <= moved;
  // A movement is counted with what leaves, and taken back with what comes back.
  const direction = Math.sign(-entry.amount.available);
  const isCounted = (count: number, start: number): boolean =>
    count >= 0 && (count === start || count === start + direction);
  return (
    isWithin(outflow.dayTotal, base.dayTotal) &&
    isWithin(outflow.monthTotal, base.monthTotal) &&
    isCounted(outflow.hourCount, base.hourCount) &&
    isCounted(outflow.dayCount, base.dayCount)
  );
};

/**
 * Every fault of a chain from `entries[0]` on, which may be in the middle of the chain: then its own state and the
 * hash it points to are taken as given.
 * @param entries one chain's entries in order
 */
export function verifyChain(chain: Chain, entries: readonly Entry[]): readonly ChainFault[] {
  const faults: ChainFault[] = [];
  let before: Entry | undefined;
  for (const entry of entries) {
    const report = (fault: ChainFault["fault"]): void => {
      faults.push({ chain: chainKey(chain), sequence: entry.sequence, fault });
    };
    if (entry.account !== chain.account || entry.currency !== chain.currency) report("foreign-entry");
    if (hashOf(entry) !== entry.hash) report("hash-mismatch");
    if (before !== undefined || entry.sequence === 1) {
      const base = before?.state ?? initialState;
      if (entry.sequence !== (before?.sequence ?? 0) + 1) report("gap");
      if (entry.previousHash !== (before?.hash ?? "")) report("broken-link");
      const available = base.available + entry.amount.available;
      const held = base.held + entry.amount.held;
      if (entry.state.available !== available || entry.state.held !== held) report("state-mismatch");
      if (before !== undefined && entry.at < before.at) report("time-runs-back");
      if (!outflowFollows(base, entry)) report("outflow-mismatch");
      // A first entry starts under the state of its owner's record, which the chain cannot know.
      const accessMayChange = before === undefined || entry.kind === "access";
      if (!accessMayChange && !sameAccess(base.access, entry.state.access)) report("access-changed");
    }
    const belowZero = entry.state.available < 0 && !mayGoBelowZero(entry.account);
    if (belowZero || entry.state.held < 0) report("below-zero");
    before = entry;
  }
  return faults;
}
