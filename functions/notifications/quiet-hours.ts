/** Hours in which a phone stays silent, by the clock of the place where its owner is. Pure. */
import type { EpochMs } from "../../shared/platform/clock.ts";

export type QuietHours = {
  /** Local times as HH:MM. Past midnight when `to` is before `from`. */
  readonly from: string;
  readonly to: string;
  /** An IANA name such as `Europe/Madrid`. */
  readonly timeZone: string;
};

/** HH:MM where the person is; text order is the order of the day. */
const localTime = (at: EpochMs, timeZone: string): string =>
  new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(at);

/** `from` belongs to the quiet hours, `to` does not. */
export function isQuiet({ from, to, timeZone }: QuietHours, at: EpochMs): boolean {
  const now = localTime(at, timeZone);
  return from < to ? from <= now && now < to : from <= now || now < to;
}
