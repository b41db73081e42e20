/** Checking, setting and changing PINs: what a step-up in any area goes through. */
import type { EpochMs } from "../platform/clock.ts";
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
import { pinOf, putFirst, settle, spendTry, type TriesDeps } from "./tries.ts";

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
    if (isOutdated(record, parametersOf(deps))) await settle(deps, record, await made(deps, accountId, pin));
    return { outcome: "ok" };
  });

async function setFirst(deps: PinDeps, accountId: AccountId, pin: Secret<string>): Promise<SetPinOutcome> {
  const isFirst = await putFirst(deps, accountId, await made(deps, accountId, pin));
  return { outcome: isFirst ? "ok" : "required" };
}

/**
 * Gives an account its first PIN, or another one in place of `currentPin`, which is a try like any other. Two slow
 * hashes for a change, one for a first PIN.
 * @throws Error when the pepper cannot be asked; nothing is changed or counted then.
 */
export async function setPin(
  deps: PinDeps,
  accountId: AccountId,
  { pin, currentPin }: { readonly pin: Secret<string>; readonly currentPin?: Secret<string> },
): Promise<SetPinOutcome> {
  if (isTooSimple(pin.reveal())) return { outcome: "too-simple" };
  if (currentPin === undefined) {
    const hasPin = (await pinOf(deps, accountId)) !== undefined;
    return hasPin ? { outcome: "required" } : setFirst(deps, accountId, pin);
  }
  const changed = await spendTry<PinOutcome>(deps, accountId, async (record) => {
    const refusal = await refusalOf(deps, record, currentPin);
    if (refusal !== undefined) return refusal;
    const isSettled = await settle(deps, record, await made(deps, accountId, pin));
    return { outcome: isSettled ? "ok" : "busy" };
  });
  return changed.outcome === "none" ? setFirst(deps, accountId, pin) : changed;
}
