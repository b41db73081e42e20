/**
 * PINs on the table, and the one way to check one: a try is counted first, under the condition that nothing came
 * between, and checked then. However many are sent at once, no more than five in a row are ever checked.
 */
import { fullJitterMs } from "../platform/backoff.ts";
import type { EpochMs } from "../platform/clock.ts";
import type { AccountId } from "../platform/ids.ts";
import type { Platform } from "../platform/platform.ts";
import { keys } from "../table/keys.ts";
import { NOT_EXISTS, type Table } from "../table/table.ts";
import {
  fromPinItem,
  isLocked,
  NO_TRIES,
  type PinMac,
  type PinRecord,
  type PinTries,
  toPinItem,
  withTry,
} from "./pin.ts";

export type TriesDeps = {
  readonly table: Pick<Table, "get" | "put" | "update">;
  readonly platform: Pick<Platform, "clock" | "random" | "timer">;
};

/** Why a PIN was not checked at all. */
export type NotChecked =
  | { readonly outcome: "none" }
  | { readonly outcome: "locked"; readonly until: EpochMs }
  /** Lost many races: nothing was counted or changed. */
  | { readonly outcome: "busy" };

const ATTEMPTS = 8;

/** One strongly consistent read. */
export async function pinOf({ table }: Pick<TriesDeps, "table">, accountId: AccountId) {
  const item = await table.get(keys.pin(accountId));
  return item === undefined ? undefined : fromPinItem(accountId, item);
}

/** `false` when there is a PIN already. */
export const putFirst = (
  { table }: Pick<TriesDeps, "table">,
  accountId: AccountId,
  mac: PinMac,
): Promise<boolean> =>
  table.put({ put: toPinItem({ ...mac, ...NO_TRIES, accountId, version: 1 }), condition: NOT_EXISTS });

/** `false` when the condition refused it. */
async function write(
  { table }: Pick<TriesDeps, "table">,
  { accountId }: PinRecord,
  change: Partial<PinMac & PinTries>,
  onlyIf: { readonly version: number } | { readonly mac: string },
): Promise<boolean> {
  const [column, expected] = "version" in onlyIf ? ["version", onlyIf.version] : ["mac", onlyIf.mac];
  const sets = Object.keys(change).map((name) => `${name} = :${name}`);
  const item = await table.update({
    update: keys.pin(accountId),
    set: `SET ${sets.join(", ")}, version = version + :one`,
    condition: `${column} = :expected`,
    values: {
      ...Object.fromEntries(Object.entries(change).map(([name, value]) => [`:${name}`, value])),
      ":one": 1,
      ":expected": expected,
    },
  });
  return item !== undefined;
}

/** Writes over a PIN that was checked; `false` when it is another one by now. */
export const settle = (
  deps: Pick<TriesDeps, "table">,
  checked: PinRecord,
  change: Partial<PinMac> = {},
): Promise<boolean> => write(deps, checked, { ...change, ...NO_TRIES }, { mac: checked.mac });

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
    if (isLocked(before, now)) return { outcome: "locked", until: before.lockedUntil };
    const tries = withTry(before, now);
    if (await write(deps, before, tries, { version: before.version }))
      return { outcome: "counted", before, record: { ...before, ...tries, version: before.version + 1 } };
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
    await write(deps, record, { failed, lockedUntil }, { version: record.version }).catch(() => false);
    throw cause;
  }
}
