/** Times of providers that print a local time without an offset; none of those zones has daylight saving. */
import { MINUTE } from "../platform/clock.ts";

/** Minutes ahead of UTC. */
export const BEIJING = 480;
export const INDIA = 330;

/** `2026-11-22 09:30:00` for an epoch time. */
export const toLocalTime = (at: number, utcOffsetMinutes: number): string =>
  new Date(at + utcOffsetMinutes * MINUTE).toISOString().slice(0, 19).replace("T", " ");

/** Epoch milliseconds of `yyyy-MM-dd HH:mm:ss`, with or without a fraction; `undefined` for anything else. */
export function fromLocalTime(text: string, utcOffsetMinutes: number): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.\d{1,3})?$/.exec(text);
  if (match === null) return undefined;
  const at = Date.parse(`${match[1]}T${match[2]}Z`);
  return Number.isNaN(at) ? undefined : at - utcOffsetMinutes * MINUTE;
}

/** The day that an epoch time falls on there, `yyyy-mm-dd`. */
export const localDay = (at: number, utcOffsetMinutes: number): string =>
  toLocalTime(at, utcOffsetMinutes).slice(0, 10);

/** Epoch milliseconds at which a day begins there. @throws RangeError on text that is no day. */
export function startOfDay(day: string, utcOffsetMinutes: number): number {
  const at = fromLocalTime(`${day} 00:00:00`, utcOffsetMinutes);
  if (at === undefined || localDay(at, utcOffsetMinutes) !== day) throw new RangeError(`${day} is not a day`);
  return at;
}
