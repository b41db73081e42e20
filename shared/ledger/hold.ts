/** A hold: money reserved on an account, not moved. Pending until it is captured, released or expires. */
import { equals, type Money } from "../money/money.ts";
import type { EpochMs } from "../platform/clock.ts";
import type { HoldId } from "../platform/ids.ts";
import { err, ok, type Result } from "../result.ts";
import type { LedgerAccount } from "./account.ts";

type HoldBase = {
  readonly id: HoldId;
  readonly account: LedgerAccount;
  readonly amount: Money;
  readonly placedAt: EpochMs;
  readonly expiresAt: EpochMs;
  /** It does not count towards its owner's limits: money that goes back where it came from. */
  readonly uncounted?: true;
};

export type PendingHold = HoldBase & { readonly status: "pending" };
export type CapturedHold = HoldBase & {
  readonly status: "captured";
  readonly captured: Money;
  readonly transferId: string;
};
export type ReleasedHold = HoldBase & {
  readonly status: "released";
  readonly reason: "released" | "expired";
  readonly transferId: string;
};
export type Hold = PendingHold | CapturedHold | ReleasedHold;

export type HoldRefusal =
  | { readonly code: "hold-not-pending"; readonly status: Hold["status"] }
  | { readonly code: "hold-expired"; readonly expiresAt: EpochMs }
  | { readonly code: "hold-not-expired"; readonly expiresAt: EpochMs }
  | { readonly code: "capture-exceeds-hold"; readonly held: Money }
  | { readonly code: "capture-not-positive" };

/** @returns the captured hold, for all or part of the amount; the rest goes back to the owner. */
export function capture(
  hold: Hold,
  { amount, now, transferId }: { readonly amount: Money; readonly now: EpochMs; readonly transferId: string },
): Result<CapturedHold, HoldRefusal> {
  if (hold.status !== "pending") return err({ code: "hold-not-pending", status: hold.status });
  if (now >= hold.expiresAt) return err({ code: "hold-expired", expiresAt: hold.expiresAt });
  if (amount.value <= 0) return err({ code: "capture-not-positive" });
  const fits = amount.currency === hold.amount.currency && amount.value <= hold.amount.value;
  if (!fits) return err({ code: "capture-exceeds-hold", held: hold.amount });
  return ok({ ...hold, status: "captured", captured: amount, transferId });
}

/** Before or after its expiry, the owner of the reservation may give it back. */
export function release(hold: Hold, transferId: string): Result<ReleasedHold, HoldRefusal> {
  if (hold.status !== "pending") return err({ code: "hold-not-pending", status: hold.status });
  return ok({ ...hold, status: "released", reason: "released", transferId });
}

export function expire(hold: Hold, now: EpochMs, transferId: string): Result<ReleasedHold, HoldRefusal> {
  if (hold.status !== "pending") return err({ code: "hold-not-pending", status: hold.status });
  if (now < hold.expiresAt) return err({ code: "hold-not-expired", expiresAt: hold.expiresAt });
  return ok({ ...hold, status: "released", reason: "expired", transferId });
}

/** Whether a repeated request asks for the hold that exists. */
export const isSameHold = (a: HoldBase, b: HoldBase): boolean =>
  a.account === b.account && equals(a.amount, b.amount) && a.id === b.id;
