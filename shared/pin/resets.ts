/**
 * Resets of forgotten PINs on the table: asked for, called off, come into force. A reset is part of its PIN's item, so
 * that there is one PIN at every moment, and carries the key of due work: the sweep notes what nobody looked at.
 */
import type { Accounts } from "../accounts/store.ts";
import type { EventType } from "../events/catalogue.ts";
import { fullJitterMs } from "../platform/backoff.ts";
import type { EpochMs } from "../platform/clock.ts";
import { type AccountId, newId } from "../platform/ids.ts";
import type { Platform } from "../platform/platform.ts";
import type { Item, Table } from "../table/table.ts";
import { type PinMac, type PinRecord, type PinReset, resetDueKeys } from "./pin.ts";
import { isDue, isFrozen, liveResetOf, type PinOwner, replacedBy } from "./reset.ts";
import { type PinChange, pinOf, writePin } from "./store.ts";

export type ResetDeps = {
  readonly table: Pick<Table, "get" | "update">;
  readonly accounts: Pick<Accounts, "get">;
  readonly platform: Pick<Platform, "clock" | "random" | "timer">;
};

/** A PIN with its owner, as both are now. */
export type OwnedPin = { readonly record: PinRecord; readonly owner: PinOwner };

const ATTEMPTS = 8;

/** What the PIN's item carries for an event. Of the reset no more than its times travels: see the catalogue. */
const eventMembers = (
  { clock, random }: Pick<Platform, "clock" | "random">,
  accountId: AccountId,
  type: EventType & `pin.${string}`,
  correlationId: string,
): Item => ({
  accountId,
  event: { id: newId("event", clock, random), type, at: clock.now(), correlationId },
});

/** What goes with a reset. */
const RESET_ATTRIBUTES = ["reset", "duePk", "dueAt"] as const;

/** A reset that ends without coming into force: the owner called it off or showed that they know the PIN, or a freeze. */
export const callingOff = (
  platform: Pick<Platform, "clock" | "random">,
  { accountId, reset }: PinRecord,
  correlationId: string,
): PinChange => ({
  set: reset === undefined ? {} : eventMembers(platform, accountId, "pin.reset-cancelled", correlationId),
  remove: RESET_ATTRIBUTES,
});

export async function ownerOf(
  { accounts }: Pick<ResetDeps, "accounts">,
  accountId: AccountId,
): Promise<PinOwner> {
  const account = await accounts.get(accountId);
  if (account === undefined) throw new Error(`${accountId} has a PIN and no account`);
  return account;
}

/**
 * Notes what became of a reset whose time has come: it is the PIN now, or a freeze had stopped it. Before that time, and
 * where there is none, it does nothing. One read and one write; a lost race is for the reader to look again.
 */
export async function endDueReset(deps: ResetDeps, record: PinRecord): Promise<void> {
  const { accountId, reset, version } = record;
  const { platform } = deps;
  if (reset === undefined || !isDue(record, platform.clock.now())) return;
  const live = liveResetOf(record, await ownerOf(deps, accountId));
  const change: PinChange =
    live === undefined
      ? callingOff(platform, record, reset.correlationId)
      : {
          set: {
            ...replacedBy(live),
            ...eventMembers(platform, accountId, "pin.reset-completed", live.correlationId),
          },
          remove: RESET_ATTRIBUTES,
        };
  await writePin(deps, accountId, change, { version });
}

/** The same by the account alone, for the sweep of due work. */
export async function endDueResetOf(deps: ResetDeps, accountId: AccountId): Promise<void> {
  const record = await pinOf(deps, accountId);
  if (record !== undefined) await endDueReset(deps, record);
}

/**
 * Looks at a PIN and its owner, notes first what is due, and lets `act` decide, again and again until it is not
 * overtaken any more.
 * @param act undefined when it lost a race
 */
async function settled<T>(
  deps: ResetDeps,
  accountId: AccountId,
  act: (pin: OwnedPin | undefined) => Promise<T | undefined>,
): Promise<T | { readonly outcome: "busy" }> {
  const { clock, random, timer } = deps.platform;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const record = await pinOf(deps, accountId);
    if (record !== undefined && isDue(record, clock.now())) {
      await endDueReset(deps, record);
      continue;
    }
    const done = await act(
      record === undefined ? undefined : { record, owner: await ownerOf(deps, accountId) },
    );
    if (done !== undefined) return done;
    await timer.sleep(fullJitterMs(attempt, random));
  }
  return { outcome: "busy" };
}

export type ResetRequest = {
  /** What the new PIN will be checked against; asked for once, and only when it is needed. */
  readonly made: () => Promise<PinMac>;
  /** Whether a PIN is the one of this reset. */
  readonly isSame: (reset: PinReset) => Promise<boolean>;
  /** Names the request: the same one again has no second effect. */
  readonly request: string;
  /** Whether the owner signed in a moment ago. */
  readonly isFresh: boolean;
  readonly waitMs: number;
  readonly correlationId: string;
};

export type ResetOutcome =
  | { readonly outcome: "ok"; readonly isReplay: boolean; readonly pin: OwnedPin }
  /** The account has no PIN that could be forgotten. */
  | { readonly outcome: "none" }
  | { readonly outcome: "stale-sign-in" }
  | { readonly outcome: "frozen" }
  /** Another one waits: its wait is not to be shortened, nor its PIN replaced. */
  | { readonly outcome: "waiting"; readonly inForceAt: EpochMs }
  /** The request is known, with another PIN. */
  | { readonly outcome: "reused" }
  /** Lost many races: nothing was changed. */
  | { readonly outcome: "busy" };

const newReset = (
  mac: PinMac,
  { timesFrozen = 0 }: PinOwner,
  { waitMs, correlationId }: ResetRequest,
  requestedAt: EpochMs,
): PinReset => ({ ...mac, requestedAt, inForceAt: requestedAt + waitMs, timesFrozen, correlationId });

/** What is answered without a write. */
async function answerTo(
  request: ResetRequest,
  { record, owner }: OwnedPin,
): Promise<ResetOutcome | undefined> {
  const live = liveResetOf(record, owner);
  if (record.resetRequest === request.request) {
    // Whoever does not know the request cannot try PINs on the one that waits: nothing counts such tries.
    if (live !== undefined && !(await request.isSame(live))) return { outcome: "reused" };
    return { outcome: "ok", isReplay: true, pin: { record, owner } };
  }
  if (!request.isFresh) return { outcome: "stale-sign-in" };
  if (isFrozen(owner)) return { outcome: "frozen" };
  return live === undefined ? undefined : { outcome: "waiting", inForceAt: live.inForceAt };
}

/**
 * Notes a new PIN that comes into force after the wait. A freeze that gets in between is noticed when the time has come,
 * as the reset says how often the account was frozen when it was looked at. Two reads and a write.
 */
export async function addReset(
  deps: ResetDeps,
  accountId: AccountId,
  request: ResetRequest,
): Promise<ResetOutcome> {
  let mac: PinMac | undefined;
  return settled<ResetOutcome>(deps, accountId, async (pin) => {
    if (pin === undefined) return { outcome: "none" };
    const answer = await answerTo(request, pin);
    if (answer !== undefined) return answer;
    mac ??= await request.made();
    const { platform } = deps;
    const reset = newReset(mac, pin.owner, request, platform.clock.now());
    const set = {
      reset,
      resetRequest: request.request,
      ...resetDueKeys(accountId, reset),
      ...eventMembers(platform, accountId, "pin.reset-requested", request.correlationId),
    };
    const record = await writePin(deps, accountId, { set }, { version: pin.record.version });
    return record === undefined ? undefined : { outcome: "ok", isReplay: false, pin: { ...pin, record } };
  });
}

/**
 * Calls a reset off, whoever asked for it. Where none waits, nothing changes.
 * @returns the PIN afterwards; undefined when there is none.
 */
export const removeReset = (
  deps: ResetDeps,
  accountId: AccountId,
  correlationId: string,
): Promise<{ readonly outcome: "ok"; readonly pin: OwnedPin | undefined } | { readonly outcome: "busy" }> =>
  settled<{ readonly outcome: "ok"; readonly pin: OwnedPin | undefined }>(deps, accountId, async (pin) => {
    if (pin?.record.reset === undefined) return { outcome: "ok", pin };
    const change = callingOff(deps.platform, pin.record, correlationId);
    const record = await writePin(deps, accountId, change, { version: pin.record.version });
    return record === undefined ? undefined : { outcome: "ok", pin: { ...pin, record } };
  });
