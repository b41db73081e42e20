/**
 * What becomes of a reset in the course of time. It comes into force by its time alone: whoever looks first notes it, and
 * before anybody looked there was nobody to whom it made a difference. Pure.
 */
import { type Account, CONSENT_WITHDRAWN } from "../accounts/account.ts";
import type { EpochMs } from "../platform/clock.ts";
import { NO_TRIES, type PinMac, type PinRecord, type PinReset } from "./pin.ts";

/** Of whom the PIN is. */
export type PinOwner = Pick<Account, "access" | "timesFrozen">;

/** Whether a reset may be asked for: not by who is frozen. A withdrawn consent is the owner's own decision. */
export const isFrozen = ({ access }: Pick<PinOwner, "access">): boolean =>
  access.frozenFor.some((reason) => reason !== CONSENT_WITHDRAWN);

export const isDue = (record: PinRecord, now: EpochMs): boolean =>
  record.reset !== undefined && now >= record.reset.inForceAt;

/** Whether the account was frozen since: that stops a reset for good, also when the freeze has ended. */
const isStopped = (reset: PinReset, { timesFrozen = 0 }: PinOwner): boolean =>
  timesFrozen !== reset.timesFrozen;

/** The reset that will come into force, or has: one that a freeze has stopped is none. */
export const liveResetOf = ({ reset }: PinRecord, owner: PinOwner): PinReset | undefined =>
  reset === undefined || isStopped(reset, owner) ? undefined : reset;

/** What of the record a reset replaces: another PIN, no tries, no lock. */
export const replacedBy = ({
  requestedAt: _requestedAt,
  timesFrozen: _timesFrozen,
  correlationId: _correlationId,
  inForceAt,
  ...mac
}: PinReset): PinMac & typeof NO_TRIES & { readonly since: EpochMs } => ({
  ...mac,
  ...NO_TRIES,
  since: inForceAt,
});

/** The PIN as it is at a time, whether or not that was noted. */
export function pinAt(record: PinRecord, owner: PinOwner, now: EpochMs): PinRecord {
  const { reset: _reset, ...settled } = record;
  const live = liveResetOf(record, owner);
  if (live === undefined) return settled;
  return now >= live.inForceAt ? { ...settled, ...replacedBy(live) } : record;
}
