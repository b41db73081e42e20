/** Checking, setting, changing and resetting PINs: what a step-up in any area goes through. */
import { type EpochMs, HOUR } from "../platform/clock.ts";
import type { AccountId } from "../platform/ids.ts";
import type { Secret } from "../platform/redacted.ts";
import { macOf, newPinMac } from "./derive.ts";
import type { Pepper } from "./pepper.ts";
import {
  hasSpentLast,
  isOutdated,
  isSameMac,
  isTooSimple,
  PIN_ALGORITHM,
  PIN_ITERATIONS,
  type PinParameters,
  type PinRecord,
  triesLeft,
} from "./pin.ts";
import { addReset, callingOff, type ResetOutcome } from "./resets.ts";
import type { PinSettings } from "./settings.ts";
import { pinOf, putFirst } from "./store.ts";
import { settle, spendTry, type TriesDeps } from "./tries.ts";

export type PinDeps = TriesDeps & {
  readonly pepper: Pepper;
  /** In place of `PIN_ITERATIONS`. */
  readonly pinIterations?: number;
};

export type PinOutcome =
  | { readonly outcome: "ok" }
  /** So many more wrong ones in a row lock it. */
  | { readonly outcome: "wrong"; readonly triesLeft: number }
  /** Nothing is checked before this time. The fifth wrong PIN in a row is told so too. */
  | { readonly outcome: "locked"; readonly until: EpochMs }
  /** The account has no PIN. */
  | { readonly outcome: "none" }
  /** Lost a race: try again. */
  | { readonly outcome: "busy" };

export type SetPinOutcome =
  | Exclude<PinOutcome, { readonly outcome: "none" }>
  /** There is a PIN, and its owner did not give it. */
  | { readonly outcome: "required" }
  /** There is none, and the sign-in is too old to set one. */
  | { readonly outcome: "stale-sign-in" }
  | { readonly outcome: "too-simple" };

const parametersOf = ({ pepper, pinIterations = PIN_ITERATIONS }: PinDeps): PinParameters => ({
  algorithm: PIN_ALGORITHM,
  iterations: pinIterations,
  pepperKeyId: pepper.keyId,
});

const made = (deps: PinDeps, accountId: AccountId, pin: Secret<string>) =>
  newPinMac({ pepper: deps.pepper, random: deps.platform.random }, accountId, pin, parametersOf(deps));

/** Undefined when the PIN is right. */
async function refusalOf(
  { pepper }: PinDeps,
  record: PinRecord,
  pin: Secret<string>,
): Promise<PinOutcome | undefined> {
  if (isSameMac(await macOf(pepper, record.accountId, pin, record), record.mac)) return undefined;
  return hasSpentLast(record)
    ? { outcome: "locked", until: record.lockedUntil }
    : { outcome: "wrong", triesLeft: triesLeft(record) };
}

/**
 * Whether a PIN is the account's. One read, two writes, one slow hash and one call to the pepper. Five wrong ones in a
 * row lock it, at most five are checked however many come at once, and a right one forgets the wrong ones before it.
 * @throws Error when the pepper cannot be asked; the try is not counted then.
 */
export const verifyPin = (deps: PinDeps, accountId: AccountId, pin: Secret<string>): Promise<PinOutcome> =>
  spendTry<PinOutcome>(deps, accountId, async (record) => {
    const refusal = await refusalOf(deps, record, pin);
    if (refusal !== undefined) return refusal;
    if (!(await settle(deps, record))) return { outcome: "busy" };
    // Another has changed the PIN meanwhile when this write is refused: theirs is under the parameters in force.
    if (isOutdated(record, parametersOf(deps)))
      await settle(deps, record, { set: await made(deps, accountId, pin) });
    return { outcome: "ok" };
  });

export type NewPin = {
  readonly pin: Secret<string>;
  readonly currentPin?: Secret<string>;
  /** Whether the owner signed in a moment ago: a first PIN needs it, as there is no other that could prove who sets it. */
  readonly isFresh: boolean;
  readonly correlationId: string;
};

async function setFirst(
  deps: PinDeps,
  accountId: AccountId,
  { pin, isFresh }: NewPin,
): Promise<SetPinOutcome> {
  if (!isFresh) return { outcome: "stale-sign-in" };
  const mac = await made(deps, accountId, pin);
  const isFirst = await putFirst(deps, accountId, mac, deps.platform.clock.now());
  return { outcome: isFirst ? "ok" : "required" };
}

/**
 * Gives an account its first PIN, or another one in place of `currentPin`, which is a try like any other. Two slow
 * hashes for a change, one for a first PIN. Who changes it knows it: a reset that waits is called off.
 * @throws Error when the pepper cannot be asked; nothing is changed or counted then.
 */
export async function setPin(deps: PinDeps, accountId: AccountId, change: NewPin): Promise<SetPinOutcome> {
  const { pin, currentPin, correlationId } = change;
  if (isTooSimple(pin.reveal())) return { outcome: "too-simple" };
  if (currentPin === undefined) {
    const hasPin = (await pinOf(deps, accountId)) !== undefined;
    return hasPin ? { outcome: "required" } : setFirst(deps, accountId, change);
  }
  const changed = await spendTry<PinOutcome>(deps, accountId, async (record) => {
    const refusal = await refusalOf(deps, record, currentPin);
    if (refusal !== undefined) return refusal;
    const { platform } = deps;
    const mac = await made(deps, accountId, pin);
    const { set, remove = [] } = callingOff(platform, record, correlationId);
    const next = { set: { ...set, ...mac, since: platform.clock.now() }, remove };
    return { outcome: (await settle(deps, record, next)) ? "ok" : "busy" };
  });
  return changed.outcome === "none" ? setFirst(deps, accountId, change) : changed;
}

export type ForgottenPin = {
  /** The one that is to come into force. */
  readonly pin: Secret<string>;
  readonly isFresh: boolean;
  /** Names the request: the same one again has no second effect. */
  readonly request: string;
  readonly correlationId: string;
};

/**
 * Asks for another PIN in place of one that was forgotten or is locked. It comes into force after the wait, and not
 * before whatever is asked meanwhile. One slow hash.
 * @throws Error when the pepper cannot be asked; nothing is changed then.
 */
export async function resetPin(
  deps: PinDeps,
  accountId: AccountId,
  { pin, ...request }: ForgottenPin,
  { resetWaitHours }: Pick<PinSettings, "resetWaitHours">,
): Promise<ResetOutcome | { readonly outcome: "too-simple" }> {
  if (isTooSimple(pin.reveal())) return { outcome: "too-simple" };
  return addReset(deps, accountId, {
    ...request,
    waitMs: resetWaitHours * HOUR,
    made: () => made(deps, accountId, pin),
    isSame: async (reset) => isSameMac(await macOf(deps.pepper, accountId, pin, reset), reset.mac),
  });
}
