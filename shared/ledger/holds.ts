/**
 * Holds on the table: placing, capturing, releasing and expiring, each in one transaction with its ledger entries.
 * The transfer of each step has an id derived from the hold's, so a step that is asked for twice happens once, and of
 * two different ends only one comes about.
 */
import type { Money } from "../money/money.ts";
import { equals } from "../money/money.ts";
import type { EpochMs } from "../platform/clock.ts";
import { derivedId, type HoldId } from "../platform/ids.ts";
import type { Platform } from "../platform/platform.ts";
import { err, ok, type Result } from "../result.ts";
import { keys } from "../table/keys.ts";
import { type Item, NOT_EXISTS, type PutOperation, type Table } from "../table/table.ts";
import type { Session } from "./access.ts";
import type { LedgerAccount } from "./account.ts";
import { fromHoldItem, toHoldItem } from "./codec.ts";
import {
  type CapturedHold,
  capture,
  expire,
  type Hold,
  type HoldRefusal,
  isSameHold,
  type PendingHold,
  type ReleasedHold,
  release,
} from "./hold.ts";
import { HeldMoneyGone, type LedgerRefusal, type Posting } from "./posting.ts";
import { holdCapture, holdPlacement, holdRelease } from "./postings.ts";
import type { Ledger } from "./store.ts";

export type PlaceHold = {
  /** Derived from what the hold is for: the same id is the same hold. */
  readonly id: HoldId;
  readonly account: LedgerAccount;
  readonly amount: Money;
  readonly expiresAt: EpochMs;
  readonly memo?: string;
  /** Who asked, when a person did. */
  readonly actor?: Session & { readonly account: LedgerAccount };
  /** It does not count towards the limits: money that goes back where it came from. */
  readonly uncounted?: true;
  /** Percent of the limits that the owner has; all of them where none is given. */
  readonly limitShare?: number;
  /** Hold it even on a frozen account. */
  readonly despiteFreeze?: true;
};

export type CaptureHold = {
  readonly id: HoldId;
  /** All or part of it; the rest goes back to its owner. */
  readonly amount: Money;
  readonly to: LedgerAccount;
  readonly memo?: string;
  /** Members of the transfer's record, its event too. */
  readonly record?: Item;
};

export type HoldFailure =
  | HoldRefusal
  | LedgerRefusal
  | { readonly code: "hold-not-found" }
  /** The id belongs to a hold of another account or amount. */
  | { readonly code: "hold-id-reused" }
  | { readonly code: "no-such-account"; readonly account: string }
  /** Lost too many races; nothing was written. */
  | { readonly code: "busy" };

/** `replayed`: it had happened before, by the same request. */
export type HoldResult = Result<{ readonly hold: Hold; readonly replayed: boolean }, HoldFailure>;

export type Holds = {
  readonly get: (id: HoldId) => Promise<Hold | undefined>;
  /** `undefined` for one that has ended, and where there was none to begin with. */
  readonly pending: (id: HoldId | undefined) => Promise<PendingHold | undefined>;
  /** 2 items and, for the person's first hold in a currency, their account's: 4 to 6 write units, 1 read unit. */
  readonly place: (request: PlaceHold) => Promise<HoldResult>;
  /** 4 items: 8 write units, 3 read units. */
  readonly capture: (request: CaptureHold) => Promise<HoldResult>;
  /** 3 items: 6 write units, 2 read units. */
  readonly release: (id: HoldId, memo?: string) => Promise<HoldResult>;
  /** Gives a hold back whose time is over; refused before. */
  readonly expireDue: (id: HoldId) => Promise<HoldResult>;
};

export type HoldsDeps = {
  readonly ledger: Ledger;
  readonly table: Table;
  readonly platform: Pick<Platform, "clock">;
};

/** The transfer of each step. A release and an expiry are the same step. */
export const holdTransferId = (id: HoldId, step: "place" | "capture" | "release"): string =>
  derivedId("transfer", id, step);

/** Writes the end of a hold, if it has not ended yet. */
export const whilePending = (after: CapturedHold | ReleasedHold): PutOperation => ({
  put: toHoldItem(after),
  condition: "#status = :pending",
  names: { "#status": "status" },
  values: { ":pending": "pending" satisfies Hold["status"] },
});

/** What placing a hold consists of, for a larger transaction: commit the posting with the record and the write. */
export function placementOf(
  { id, account, amount, expiresAt, memo, actor, uncounted, limitShare, despiteFreeze }: PlaceHold,
  now: EpochMs,
): {
  readonly hold: PendingHold;
  readonly posting: Posting;
  readonly record: Item;
  readonly write: PutOperation;
} {
  if (amount.value <= 0) throw new RangeError("a hold is of an amount above zero");
  const hold: PendingHold = {
    status: "pending",
    id,
    account,
    amount,
    placedAt: now,
    expiresAt,
    ...(uncounted === undefined ? {} : { uncounted }),
  };
  return {
    hold,
    posting: holdPlacement({
      transferId: holdTransferId(id, "place"),
      account,
      amount,
      ...(memo === undefined ? {} : { memo }),
      ...(actor === undefined ? {} : { actor }),
      ...(uncounted === undefined ? {} : { uncounted }),
      ...(limitShare === undefined ? {} : { limitShare }),
      ...(despiteFreeze === undefined ? {} : { despiteFreeze }),
    }),
    record: { kind: "hold", holdId: id, amount, createdAt: now },
    write: { put: toHoldItem(hold), condition: NOT_EXISTS },
  };
}

/** A pending hold as captured in full by a transfer that is more than the capture, whatever its time. */
export const capturedBy = (hold: PendingHold, transferId: string): CapturedHold => ({
  ...hold,
  status: "captured",
  captured: hold.amount,
  transferId,
});

/** A pending hold as given back by a transfer that is more than the release. */
export const releasedBy = (hold: PendingHold, transferId: string): ReleasedHold => ({
  ...hold,
  status: "released",
  reason: "released",
  transferId,
});

export function createHolds({ ledger, table, platform }: HoldsDeps): Holds {
  const get = async (id: HoldId): Promise<Hold | undefined> => {
    const item = await table.get(keys.hold(id));
    return item === undefined ? undefined : fromHoldItem(item);
  };

  /** What a hold that has ended means for a request to end it: the same end is a replay. */
  const ended = (hold: Hold | undefined, isSame: (hold: Hold) => boolean): HoldResult => {
    if (hold === undefined) return err({ code: "hold-not-found" });
    if (isSame(hold)) return ok({ hold, replayed: true });
    return err({ code: "hold-not-pending", status: hold.status });
  };

  /** Commits a step; `undefined` when the hold was no longer as it was read. */
  async function commit(
    posting: Posting,
    record: Item,
    write: PutOperation,
    hold: Hold,
  ): Promise<HoldResult | undefined> {
    const outcome = await ledger.commit({ posting, record, also: [write] });
    switch (outcome.outcome) {
      case "committed":
        return ok({ hold, replayed: false });
      case "exists":
      case "condition-refused":
        return undefined;
      case "refused":
        return err(outcome.refusal);
      case "no-such-account":
        return err({ code: "no-such-account", account: outcome.account });
      case "busy":
        return err({ code: "busy" });
    }
  }

  /**
   * Commits the end of a hold. Who loses the race against another end finds the held money gone from the chain; that is
   * a bug only while the hold is still pending.
   */
  async function end(
    posting: Posting,
    record: Item,
    after: CapturedHold | ReleasedHold,
  ): Promise<HoldResult | undefined> {
    try {
      return await commit(posting, record, whilePending(after), after);
    } catch (cause) {
      if (!(cause instanceof HeldMoneyGone)) throw cause;
      const now = await get(after.id);
      if (now === undefined || now.status === "pending") throw cause;
      return undefined;
    }
  }

  async function giveBack(
    id: HoldId,
    decide: (hold: Hold, transferId: string) => ReturnType<typeof release>,
    memo: string | undefined,
  ): Promise<HoldResult> {
    const isSame = (hold: Hold): boolean => hold.status === "released";
    const hold = await get(id);
    if (hold?.status !== "pending") return ended(hold, isSame);
    const transferId = holdTransferId(id, "release");
    const released = decide(hold, transferId);
    if (!released.ok) return released;
    const posting = holdRelease({ transferId, hold, ...(memo === undefined ? {} : { memo }) });
    const record = {
      kind: "hold-release",
      holdId: id,
      reason: released.value.reason,
      createdAt: platform.clock.now(),
    };
    const done = await end(posting, record, released.value);
    return done ?? ended(await get(id), isSame);
  }

  return {
    get,

    async pending(id) {
      const hold = id === undefined ? undefined : await get(id);
      return hold?.status === "pending" ? hold : undefined;
    },

    async place(request) {
      const { id } = request;
      const { hold, posting, record, write } = placementOf(request, platform.clock.now());
      const done = await commit(posting, record, write, hold);
      if (done !== undefined) return done;
      const existing = await get(id);
      if (existing === undefined) throw new Error(`the hold ${id} is and is not there`);
      return isSameHold(existing, hold)
        ? ok({ hold: existing, replayed: true })
        : err({ code: "hold-id-reused" });
    },

    async capture({ id, amount, to, memo, record = {} }) {
      const transferId = holdTransferId(id, "capture");
      const recipient = async (): Promise<unknown> => (await ledger.transfer(transferId))?.["to"];
      const replay = async (hold: Hold | undefined): Promise<HoldResult> => {
        const sameAmount = hold?.status === "captured" && equals(hold.captured, amount);
        const same = sameAmount && (await recipient()) === to;
        return ended(hold, () => same);
      };
      const hold = await get(id);
      if (hold?.status !== "pending") return replay(hold);
      const now = platform.clock.now();
      const captured = capture(hold, { amount, now, transferId });
      if (!captured.ok) return captured;
      const posting = holdCapture({ transferId, hold, amount, to, ...(memo === undefined ? {} : { memo }) });
      const members = { kind: "hold-capture", holdId: id, amount, createdAt: now, ...record, to };
      const done = await end(posting, members, captured.value);
      return done ?? replay(await get(id));
    },

    release: (id, memo) => giveBack(id, release, memo),

    expireDue: (id) =>
      giveBack(id, (hold, transferId) => expire(hold, platform.clock.now(), transferId), undefined),
  };
}
