/** Time as a port, so that tests and the simulation own it. */

/** Milliseconds since 1970-01-01T00:00:00Z. */
export type EpochMs = number;

export type Clock = { readonly now: () => EpochMs };

export const systemClock: Clock = { now: () => Date.now() };

/** RFC 3339 in UTC with milliseconds: how every time leaves the API. */
export const toTimestamp = (at: EpochMs): string => new Date(at).toISOString();

export const toEpochSeconds = (at: EpochMs): number => Math.floor(at / 1000);

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
