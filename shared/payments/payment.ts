/**
 * A payment through a channel: its states and the moves between them as data, and when it is looked at next.
 * Pure rules; how facts move it is in `fold.ts`.
 */
import type { ClientAction } from "../channels/channel.ts";
import type { Money } from "../money/money.ts";
import { type EpochMs, HOUR, MINUTE, SECOND } from "../platform/clock.ts";
import { type AccountId, derivedId, type PaymentId, type TransferId } from "../platform/ids.ts";
import type { Secret } from "../platform/redacted.ts";

export const openStatuses = ["created", "requires_action", "processing"] as const;
export const finalStatuses = ["succeeded", "failed", "cancelled", "expired"] as const;
export const paymentStatuses = [...openStatuses, ...finalStatuses] as const;

export type OpenStatus = (typeof openStatuses)[number];
export type FinalStatus = (typeof finalStatuses)[number];
export type PaymentStatus = OpenStatus | FinalStatus;

/**
 * Where each state may go. Money that comes late is taken (`expired` → `succeeded`), money that came is never denied
 * (`succeeded` goes nowhere). Among the ends without money the more telling one wins, so that facts in any order
 * lead to the same end: `cancelled` < `expired` < `failed`.
 */
export const moves = {
  created: ["requires_action", "processing", "succeeded", "failed", "cancelled", "expired"],
  requires_action: ["processing", "succeeded", "failed", "cancelled", "expired"],
  processing: ["requires_action", "succeeded", "failed", "cancelled", "expired"],
  cancelled: ["expired", "failed", "succeeded"],
  expired: ["failed", "succeeded"],
  failed: ["succeeded"],
  succeeded: [],
} as const satisfies Record<PaymentStatus, readonly PaymentStatus[]>;

export const mayMove = (from: PaymentStatus, to: PaymentStatus): boolean =>
  (moves[from] as readonly PaymentStatus[]).includes(to);

export const isFinal = (status: PaymentStatus): status is FinalStatus =>
  finalStatuses.some((final) => final === status);

/** Why an attempt or the payment failed: a stable code, and a sentence for the payer. */
export type Failure = { readonly code: string; readonly message: string };

type PaymentBase = {
  readonly id: PaymentId;
  readonly kind: "top-up";
  readonly owner: AccountId;
  readonly amount: Money;
  readonly channel: string;
  /** The channel's id, once it is known that the payment exists there. */
  readonly channelPaymentId?: string;
  /** What the payer's app needs. Holds a secret, so it prints as one. */
  readonly action?: Secret<ClientAction>;
  readonly lastFailure?: Failure;
  /** The channel took another amount than was asked: the money is in suspense and a person decides. */
  readonly inSuspense?: true;
  /** When the newest observation that the status rests on was made; 0 before the first. */
  readonly observedAt: EpochMs;
  /** The fact that was folded last, so that its repetition is noticed without a read. */
  readonly lastFactId?: string;
  readonly createdAt: EpochMs;
  /** When the status or the failure changed last. */
  readonly updatedAt: EpochMs;
  readonly expiresAt: EpochMs;
  /** Of the request that made it. */
  readonly fingerprint: string;
  /** Of the request that made it; every event of the payment carries it. */
  readonly correlationId: string;
  /** Counts writes; every write is under the condition that it is what was read. */
  readonly version: number;
};

/** Not ended: there is always a next check. */
export type OpenPayment = PaymentBase & { readonly status: OpenStatus; readonly nextCheckAt: EpochMs };
export type FinalPayment = PaymentBase & { readonly status: FinalStatus };
export type Payment = OpenPayment | FinalPayment;

export const isOpen = (payment: Payment): payment is OpenPayment => !isFinal(payment.status);

/** Ages at which a payment is looked at first; after the last one every hour. */
const FIRST_CHECKS = [30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE] as const;
const LAST_FIRST_CHECK = 30 * MINUTE;

/** A payment that should have ended: looked at often, so that the alarm on its age does not pause. */
const OVERDUE_CHECKS = 5 * MINUTE;

/**
 * The first look after `now`: 30 s, 2 min, 10 min, 30 min after its creation, then every hour, and at its expiry.
 * After that, every hour while the channel processes it (a bank debit takes days), every five minutes otherwise.
 */
export function nextCheckOf(
  { createdAt, expiresAt, status }: Pick<OpenPayment, "createdAt" | "expiresAt" | "status">,
  now: EpochMs,
): EpochMs {
  const every = (interval: number, from: EpochMs): EpochMs =>
    from + interval * (Math.floor((now - from) / interval) + 1);
  if (now >= expiresAt && status !== "processing") return every(OVERDUE_CHECKS, expiresAt);
  const early = FIRST_CHECKS.map((age) => createdAt + age).find((at) => at > now);
  const regular = early ?? every(HOUR, createdAt + LAST_FIRST_CHECK);
  return now < expiresAt ? Math.min(regular, expiresAt) : regular;
}

/** How long a payer has. The channel's own payment is closed then. */
export const PAYMENT_LIFE_MS = 24 * HOUR;

/** Kept below the channel's window, so that clocks and retries stay inside it. */
const WINDOW_MARGIN_MS = HOUR;

/** Whether a create may still be repeated: within the time that the channel remembers its idempotency key. */
export const mayBeSubmitted = (
  { createdAt }: Pick<Payment, "createdAt">,
  idempotencyWindowMs: number,
  now: EpochMs,
): boolean => now < createdAt + idempotencyWindowMs - WINDOW_MARGIN_MS;

/** The transfer that pays a top-up in: its id follows from the payment's, so it can be made only once. */
export const topUpTransferId = (paymentId: PaymentId): TransferId =>
  derivedId("transfer", paymentId, "top-up");
