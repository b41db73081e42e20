/**
 * The one way to check a PIN: a try is counted first, under the condition that nothing came between, and checked then.
 * However many are sent at once, no more than five in a row are ever checked.
 */
import { fullJitterMs } from "../platform/backoff.ts";
import type { EpochMs } from "../platform/clock.ts";
import type { AccountId } from "../platform/ids.ts";
import type { Table } from "../table/table.ts";
import { isLocked, NO_TRIES, type PinRecord, withTry } from "./pin.ts";
import { isDue } from "./reset.ts";
import { endDueReset, type ResetDeps } from "./resets.ts";
import { type PinChange, pinOf, writePin } from "./store.ts";

export type TriesDeps = ResetDeps & { readonly table: Pick<Table, "get" | "put" | "update"> };

/** Why a PIN was not checked at all. */
export type NotChecked =
  | { readonly outcome: "none" }
  | { readonly outcome: "locked"; readonly until: EpochMs }
  /** Lost many races: nothing was counted or changed. */
  | { readonly outcome: "busy" };

const ATTEMPTS = 8;

/**
 * Writes over a PIN that was checked; `false` when it is another one by now, or a reset's time has come meanwhile. A
 * change that takes a reset away takes none away that was asked for after it was read.
 */
export async function settle(
  deps: TriesDeps,
  { accountId, mac, resetRequest }: PinRecord,
  { set, remove }: PinChange = { set: {} },
): Promise<boolean> {
  const written = await writePin(
    deps,
    accountId,
    { set: { ...set, ...NO_TRIES }, ...(remove === undefined ? {} : { remove }) },
    {
      mac,
      now: deps.platform.clock.now(),
      ...(remove === undefined ? {} : { lastReset: { request: resetRequest } }),
    },
  );
  return written !== undefined;
}

/** Counts a try. Losers of a race read again, so at most five win before the lock is seen by all. */
async function countTry(
  deps: TriesDeps,
  accountId: AccountId,
): Promise<
  NotChecked | { readonly outcome: "counted"; readonly before: PinRecord; readonly record: PinRecord }
> {
  const { platform } = deps;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const before = await pinOf(deps, accountId);
    if (before === undefined) return { outcome: "none" };
    const now = platform.clock.now();
    if (isDue(before, now)) {
      await endDueReset(deps, before);
      continue;
    }
    if (isLocked(before, now)) return { outcome: "locked", until: before.lockedUntil };
    const tries = withTry(before, now);
    const record = await writePin(deps, accountId, { set: tries }, { version: before.version });
    if (record !== undefined) return { outcome: "counted", before, record };
    await platform.timer.sleep(fullJitterMs(attempt, platform.random));
  }
  return { outcome: "busy" };
}

/**
 * Spends one try. One read and one write before `check` runs; `check` compares, and settles a PIN that was right.
 * @param check a throw means that nothing was compared or that an outage came after it: the try is given back, unless
 * another was counted since
 * @throws what `check` throws.
 */
export async function spendTry<T>(
  deps: TriesDeps,
  accountId: AccountId,
  check: (record: PinRecord) => Promise<T>,
): Promise<T | NotChecked> {
  const counted = await countTry(deps, accountId);
  if (counted.outcome !== "counted") return counted;
  const { before, record } = counted;
  try {
    return await check(record);
  } catch (cause) {
    const { failed, lockedUntil } = before;
    // Should this fail too, the first failure is the one to tell of.
    const given = writePin(deps, accountId, { set: { failed, lockedUntil } }, { version: record.version });
    await given.catch(() => undefined);
    throw cause;
  }
}
