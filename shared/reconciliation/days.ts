/** The days of a channel's statements: each provider's own, so many minutes ahead of UTC. */
import type { ChannelCapabilities } from "../channels/capabilities.ts";
import { localDay, startOfDay } from "../channels/local-time.ts";
import { DAY, type EpochMs } from "../platform/clock.ts";

type Statement = Pick<ChannelCapabilities["statement"], "utcOffsetMinutes" | "readyAfterMs">;

/** From its first millisecond to the first of the day after. @throws RangeError on text that is no day */
export function spanOf(
  day: string,
  { utcOffsetMinutes }: Pick<Statement, "utcOffsetMinutes">,
): { readonly from: EpochMs; readonly until: EpochMs } {
  const from = startOfDay(day, utcOffsetMinutes);
  return { from, until: from + DAY };
}

/** The last days whose statements are due by now, newest first. */
export const dueDays = (
  { utcOffsetMinutes, readyAfterMs }: Statement,
  now: EpochMs,
  count: number,
): readonly string[] =>
  Array.from({ length: count }, (_, ago) => localDay(now - readyAfterMs - (ago + 1) * DAY, utcOffsetMinutes));

/** A day of that calendar on which something was posted. */
export const dayOfPosting = (
  at: EpochMs,
  { utcOffsetMinutes }: Pick<Statement, "utcOffsetMinutes">,
): string => localDay(at, utcOffsetMinutes);
