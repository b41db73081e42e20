/** What is kept of a person's PIN, which PINs are too easy to guess, and how long wrong ones lock it. Pure. */
import { timingSafeEqual } from "node:crypto";
import * as z from "zod";
import { type EpochMs, HOUR, MINUTE } from "../platform/clock.ts";
import type { AccountId } from "../platform/ids.ts";
import { dueKeys, keys } from "../table/keys.ts";
import type { Item } from "../table/table.ts";

/** So many wrong tries in a row lock a PIN. @see Regulation (EU) 2018/389, article 4(3)(b): no more than five. */
export const TRIES_BEFORE_LOCK = 5;

export const PIN_ALGORITHM = "PBKDF2-HMAC-SHA256";

/** @see OWASP Password Storage Cheat Sheet, "PBKDF2" */
export const PIN_ITERATIONS = 600_000;

/** How a MAC was made of a PIN: other parameters give another MAC. */
export type PinParameters = {
  readonly algorithm: typeof PIN_ALGORITHM;
  readonly iterations: number;
  readonly pepperKeyId: string;
};

/** What a PIN can be checked against. It says nothing about the PIN to whoever cannot use the pepper's key. */
export type PinMac = PinParameters & {
  /** 16 random bytes in base64, new for every PIN. */
  readonly salt: string;
  /** 32 bytes in base64. */
  readonly mac: string;
};

/** The tries since the last right PIN. */
export type PinTries = {
  /** Wrong ones, and those that are still being checked: a try is counted before it is checked. */
  readonly failed: number;
  /** No PIN is checked before this time; 0 when there never was a lock. */
  readonly lockedUntil: EpochMs;
};

/** A new PIN that waits for its time: its owner has forgotten the one in force, which is good until then. */
export type PinReset = PinMac & {
  readonly requestedAt: EpochMs;
  /** From this time on it is the account's PIN, unless a freeze or its owner stopped it before. */
  readonly inForceAt: EpochMs;
  /** How often the account had been frozen when it was asked for. */
  readonly timesFrozen: number;
  /** Of the request that asked for it. */
  readonly correlationId: string;
};

export type PinRecord = PinMac &
  PinTries & {
    readonly accountId: AccountId;
    /** When this PIN came into force; missing on PINs that were set before it was noted. */
    readonly since?: EpochMs;
    readonly reset?: PinReset;
    /** Names the last request for a reset, whatever became of it: the same request is known again by it. */
    readonly resetRequest?: string;
    /** Goes up with every write, so that a write can require that nothing came between. */
    readonly version: number;
  };

export const NO_TRIES: PinTries = { failed: 0, lockedUntil: 0 };

const macSchema = z.object({
  algorithm: z.literal(PIN_ALGORITHM),
  iterations: z.int().min(1),
  pepperKeyId: z.string(),
  salt: z.base64(),
  mac: z.base64(),
});

const resetSchema = macSchema.extend({
  requestedAt: z.int(),
  inForceAt: z.int(),
  timesFrozen: z.int().min(0),
  correlationId: z.string(),
});

const schema = macSchema.extend({
  failed: z.int().min(0),
  lockedUntil: z.int().min(0),
  since: z.int().optional(),
  reset: resetSchema.optional(),
  resetRequest: z.string().optional(),
  version: z.int().min(1),
});

/** @throws ZodError when the item is no PIN. */
export const fromPinItem = (accountId: AccountId, item: Item): PinRecord => {
  const { since, reset, resetRequest, ...rest } = schema.parse(item);
  return {
    accountId,
    ...rest,
    ...(since === undefined ? {} : { since }),
    ...(reset === undefined ? {} : { reset }),
    ...(resetRequest === undefined ? {} : { resetRequest }),
  };
};

/** A reset's time is in the index of due work, so that its owner is told of it without anybody asking. */
export const resetDueKeys = (accountId: AccountId, { inForceAt }: Pick<PinReset, "inForceAt">) =>
  dueKeys(keys.pin(accountId).pk, inForceAt);

export const toPinItem = (record: PinRecord): Item => ({
  ...keys.pin(record.accountId),
  ...record,
  ...(record.reset === undefined ? {} : resetDueKeys(record.accountId, record.reset)),
});

/** Other parameters than those in force: the PIN is to be kept under the new ones when it is next known. */
export const isOutdated = (mac: PinMac, inForce: PinParameters): boolean =>
  mac.algorithm !== inForce.algorithm ||
  mac.iterations !== inForce.iterations ||
  mac.pepperKeyId !== inForce.pepperKeyId;

/** Whether two MACs in base64 are the same, in a time that does not tell where they differ. */
export function isSameMac(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, "base64"), Buffer.from(b, "base64")];
  return left.length === right.length && timingSafeEqual(left, right);
}

const LONGEST_LOCK_MS = 24 * HOUR;

/** After so many wrong tries in a row: 15 minutes at the fifth, one hour more at each further fifth, never over a day. */
export function lockMs(failed: number): number {
  if (failed === 0 || failed % TRIES_BEFORE_LOCK !== 0) return 0;
  const earlierLocks = failed / TRIES_BEFORE_LOCK - 1;
  return earlierLocks === 0 ? 15 * MINUTE : Math.min(earlierLocks * HOUR, LONGEST_LOCK_MS);
}

/** Whether the last of these tries was the fifth in a row, or another fifth. */
export const hasSpentLast = ({ failed }: PinTries): boolean => lockMs(failed) > 0;

/** How many more wrong ones lock it, the last of them too. */
export const triesLeft = ({ failed }: PinTries): number => TRIES_BEFORE_LOCK - (failed % TRIES_BEFORE_LOCK);

export const isLocked = ({ lockedUntil }: PinTries, now: EpochMs): boolean => now < lockedUntil;

/**
 * The tries with one more, as if it were wrong. The one that fills the five locks at once, before it is checked: a
 * right PIN takes the lock away again.
 */
export function withTry({ failed, lockedUntil }: PinTries, now: EpochMs): PinTries {
  const lock = lockMs(failed + 1);
  return { failed: failed + 1, lockedUntil: lock === 0 ? lockedUntil : now + lock };
}

/** Often chosen although no rule below finds them: columns and crosses of a keypad, famous numbers. */
const COMMON: ReadonlySet<string> = new Set([
  "102030",
  "112358",
  "123321",
  "123654",
  "141421",
  "142536",
  "147258",
  "147852",
  "159357",
  "159753",
  "258369",
  "258456",
  "271828",
  "314159",
  "321654",
  "456123",
  "520131",
  "654123",
  "741852",
  "789456",
  "852456",
  "963852",
  "987123",
]);

/** As in 123456, 987654, 890123, 246802 and 111111: the same step from each digit to the next, over 9 and 0 too. */
const hasConstantStep = (digits: readonly number[]): boolean => {
  const steps = digits.slice(1).map((digit, index) => (digit - (digits[index] ?? 0) + 10) % 10);
  return steps.every((step) => step === steps[0]);
};

/** As in 121212 and 123123. */
const isRepetition = (pin: string): boolean =>
  pin === pin.slice(0, 2).repeat(3) || pin === pin.slice(0, 3).repeat(2);

/** As in 112233 and 111222: each digit doubled or tripled, and what is left is a run. */
const isStretchedRun = (pin: string): boolean => {
  const doubled = /^(\d)\1(\d)\2(\d)\3$/.exec(pin);
  if (doubled !== null) return hasConstantStep(doubled.slice(1).map(Number));
  return /^(\d)\1\1(\d)\2\2$/.test(pin);
};

/** As in 199007, 071990 and 202512: a year of somebody's life at either end. */
const holdsYear = (pin: string): boolean => /^(19|20)|(19|20)\d\d$/.test(pin);

/**
 * Whether a PIN is among those that are tried first.
 * @param pin six digits
 */
export const isTooSimple = (pin: string): boolean =>
  hasConstantStep([...pin].map(Number)) ||
  isRepetition(pin) ||
  isStretchedRun(pin) ||
  holdsYear(pin) ||
  COMMON.has(pin);
