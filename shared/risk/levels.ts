/** How much of the limits a person has: it grows with the age of their account and with what they consented to. Pure. */
import type { ConsentPurpose } from "../accounts/account.ts";
import { DAY, type EpochMs } from "../platform/clock.ts";

export type Level = {
  /** Whole days since the account was opened. */
  readonly minAgeDays: number;
  /** All of these have to be given, in the version in force. */
  readonly consents: readonly ConsentPurpose[];
  /** Percent of the stage's limits, from 0 to 100. */
  readonly sharePercent: number;
};

/** What a level is decided by. */
export type Standing = { readonly openedAt: EpochMs; readonly consents: readonly ConsentPurpose[] };

/**
 * The share of the limits that a person has now, in percent: that of the last level they reach.
 * @param levels ascending; the first is everybody's
 */
export const limitShareOf = (
  levels: readonly Level[],
  { openedAt, consents }: Standing,
  now: EpochMs,
): number =>
  levels.findLast(
    (level) =>
      now - openedAt >= level.minAgeDays * DAY &&
      level.consents.every((purpose) => consents.includes(purpose)),
  )?.sharePercent ?? 0;
