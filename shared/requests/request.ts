/** A payment request: one person asks another for money. Its states and rules, as data and pure functions. */

import type { Money } from "../money/money.ts";
import { DAY, type EpochMs } from "../platform/clock.ts";
import type { AccountId, PaymentRequestId, TransferId } from "../platform/ids.ts";
import { err, ok, type Result } from "../result.ts";

/** How a request ends, and who ends it; an end is final. `expired` is nobody's doing. */
export const requestEndings = {
  paid: "payer",
  declined: "payer",
  cancelled: "requester",
  expired: "nobody",
} as const;

export type RequestEnding = keyof typeof requestEndings;
export const requestStatuses = ["open", "paid", "declined", "cancelled", "expired"] as const;
export type RequestStatus = "open" | RequestEnding;

export type PaymentRequest = {
  readonly requestId: PaymentRequestId;
  /** Who wants the money. */
  readonly requester: AccountId;
  /** Who is asked for it. */
  readonly payer: AccountId;
  readonly amount: Money;
  readonly note?: string;
  /** As stored: one whose time is over may still be stored as open. See `statusAt`. */
  readonly status: RequestStatus;
  readonly createdAt: EpochMs;
  /** From here on it can no longer be paid. */
  readonly openUntil: EpochMs;
  readonly closedAt?: EpochMs;
  /** Reminders sent. */
  readonly reminders: number;
  readonly remindedAt?: EpochMs;
  /** The transfer that paid it. */
  readonly transferId?: TransferId;
  /** Names the idempotency key that it was paid under. */
  readonly paidUnder?: string;
  /** Of the request that made it. */
  readonly fingerprint: string;
};

/** The status as people see it: the sweep may not have come yet. */
export const statusAt = ({ status, openUntil }: PaymentRequest, now: EpochMs): RequestStatus =>
  status === "open" && now >= openUntil ? "expired" : status;

export const MAX_REMINDERS = 3;
/** Between two reminders. */
export const REMINDER_PAUSE_MS = DAY;

export type ReminderRefusal =
  | { readonly code: "not-open"; readonly status: RequestStatus }
  | { readonly code: "reminded-enough" }
  | { readonly code: "reminded-lately"; readonly waitMs: number };

/** A requester may remind of an open request three times, once in 24 hours. */
export function mayRemind(request: PaymentRequest, now: EpochMs): Result<void, ReminderRefusal> {
  const status = statusAt(request, now);
  if (status !== "open") return err({ code: "not-open", status });
  if (request.reminders >= MAX_REMINDERS) return err({ code: "reminded-enough" });
  const waitMs = (request.remindedAt ?? 0) + REMINDER_PAUSE_MS - now;
  return waitMs > 0 ? err({ code: "reminded-lately", waitMs }) : ok(undefined);
}

/** Requests that one person may make within 24 hours, those taken back or answered too: nobody floods others. */
export const MAX_REQUESTS_A_DAY = 50;

/**
 * @param recent times of the requests that the person made in the last 24 hours, oldest first; at most
 * `MAX_REQUESTS_A_DAY` of them need be given
 * @returns milliseconds until the next may be made; 0 for now
 */
export function requestPauseMs(recent: readonly EpochMs[], now: EpochMs): number {
  const oldest = recent[recent.length - MAX_REQUESTS_A_DAY];
  return oldest === undefined ? 0 : Math.max(0, oldest + DAY - now);
}
