/**
 * Moves a record that a channel has a part in: its next state, the facts that led there and the money it moves are
 * written in one transaction, under the condition that the record is still what was read. Payments, refunds and
 * disputes move by it; whatever else waits for a channel can too.
 */
import type { PendingHold } from "../ledger/hold.ts";
import { type capturedBy, type releasedBy, whilePending } from "../ledger/holds.ts";
import { HeldMoneyGone, type Posting } from "../ledger/posting.ts";
import type { CommitOutcome, Ledger } from "../ledger/store.ts";
import { fullJitterMs } from "../platform/backoff.ts";
import type { EpochMs } from "../platform/clock.ts";
import type { Platform } from "../platform/platform.ts";
import type { Item, Table, WriteOperation } from "../table/table.ts";

/**
 * A write beside the ledger's, with what a refused condition of it means. `state`: what was read is past, so read and
 * decide again. `fact`: it is in the history already, so leave it out. `reference`: an id of the channel's belongs to
 * something else, which no repetition mends.
 */
export type Write = {
  readonly role: "state" | "fact" | "reference";
  readonly operation: WriteOperation;
};

/** The end of a hold by a transfer that is more than that; nothing where there is none to end. */
export const holdEnd = (
  hold: PendingHold | undefined,
  how: typeof capturedBy | typeof releasedBy,
  transferId: string,
): readonly Write[] =>
  hold === undefined ? [] : [{ role: "state", operation: whilePending(how(hold, transferId)) }];

export type Move<T> = {
  readonly after: T;
  readonly writes: readonly Write[];
  /** Money that moves in the same transaction. */
  readonly money?: { readonly posting: Posting; readonly record: Item };
};

export type MoveDeps = {
  readonly table: Table;
  readonly ledger: Ledger;
  readonly platform: Pick<Platform, "clock" | "random" | "timer">;
};

export type Moving<T, M extends Move<T>> = {
  /** For errors: `the payment pay_…`. */
  readonly subject: string;
  /** The record if it was just read; a stale one only costs another try. */
  readonly known: T;
  readonly reload: () => Promise<T | undefined>;
  readonly decide: (before: T, now: EpochMs) => M | Promise<M>;
};

const ATTEMPTS = 10;

type Written = "written" | "raced" | "fact-known";

/**
 * @returns the move that was written.
 * @throws Error when it lost too many races, when a channel's id belongs to something else, or when the ledger refused
 * the money: nothing was written, and whoever repeats it or the sweep comes back to it.
 */
export async function moveRecord<T extends { readonly version: number }, M extends Move<T>>(
  deps: MoveDeps,
  { subject, known, reload, decide }: Moving<T, M>,
): Promise<M> {
  const { clock, random, timer } = deps.platform;
  let before = known;
  let factKnown = false;
  for (let tries = 1; tries <= ATTEMPTS; tries += 1) {
    const move = await decide(before, clock.now());
    const writes = move.writes.filter(({ role }) => role !== "fact" || !factKnown);
    const written = await write(
      deps,
      subject,
      move,
      writes,
      async () => (await reload())?.version !== before.version,
    );
    if (written === "written") return move;
    factKnown ||= written === "fact-known";
    if (tries > 1) await timer.sleep(fullJitterMs(tries, random));
    const again = await reload();
    if (again === undefined) throw new Error(`${subject} disappeared while it was moved`);
    before = again;
  }
  throw new Error(`${subject} was moved by others too often in a row`);
}

async function write<T>(
  { table, ledger }: MoveDeps,
  subject: string,
  { money }: Move<T>,
  writes: readonly Write[],
  hasMoved: () => Promise<boolean>,
): Promise<Written> {
  if (money === undefined) return writeAlone(table, subject, writes);
  try {
    const also = writes.map(({ operation }) => operation);
    return afterCommit(await ledger.commit({ ...money, also, listEntries: true }), subject, writes);
  } catch (cause) {
    // Who loses a race for a hold finds its money gone from the chain. Without a race it is a bug.
    if (cause instanceof HeldMoneyGone && (await hasMoved())) return "raced";
    throw cause;
  }
}

/** Writes without the ledger. A line of history alone costs one write unit instead of a transaction. */
async function writeAlone(table: Table, subject: string, writes: readonly Write[]): Promise<Written> {
  const [first, ...more] = writes;
  if (first === undefined) return "written";
  if (more.length === 0 && first.role === "fact" && "put" in first.operation) {
    // A refused condition means that it is in the history already.
    await table.put(first.operation);
    return "written";
  }
  const written = await table.transact(writes.map(({ operation }) => operation));
  if (written.ok) return "written";
  const reasons = written.error;
  return refused(
    subject,
    writes.filter((_, index) => reasons[index]?.code === "condition"),
  );
}

function afterCommit(outcome: CommitOutcome, subject: string, writes: readonly Write[]): Written {
  switch (outcome.outcome) {
    case "committed":
      return "written";
    case "exists":
      // Entered before, in the transaction that moved the record. What moves no record has no more to do.
      return writes.some(({ role }) => role === "state") ? "raced" : "written";
    case "condition-refused":
      return refused(
        subject,
        writes.filter((_, index) => index === outcome.index),
      );
    case "busy":
      return "raced";
    case "no-such-account":
      throw new Error(`the ledger knows no account for the money of ${subject}`);
    case "refused":
      if (outcome.refusal.code === "insufficient-funds") return "raced";
      throw new Error(`the ledger refused the money of ${subject}: ${outcome.refusal.code}`);
  }
}

/** What refused conditions mean. The record's comes first: the others were tried against a state that is past. */
function refused(subject: string, writes: readonly Write[]): Written {
  if (writes.length === 0 || writes.some(({ role }) => role === "state")) return "raced";
  if (writes.some(({ role }) => role === "reference")) {
    throw new Error(`an id of the channel's for ${subject} belongs to something else`);
  }
  return "fact-known";
}
