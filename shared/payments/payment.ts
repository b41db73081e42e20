/**
 * A payment: its states and the moves between them as data, where its money comes from and goes to, and when it is
 * looked at next. Pure rules; how facts move it is in `fold.ts`.
 */
import type { ChannelCapabilities } from "../channels/capabilities.ts";
import type { PaymentRef } from "../channels/channel.ts";
import type { ClientAction } from "../channels/facts.ts";
import type { Audience } from "../events/catalogue.ts";
import { type Money, minorUnits } from "../money/money.ts";
import { DAY, type EpochMs, HOUR, MINUTE, SECOND } from "../platform/clock.ts";
import { type AccountId, derivedId, type HoldId, type PaymentId, type TransferId } from "../platform/ids.ts";
import type { Secret } from "../platform/redacted.ts";
import type { DisputeStatus } from "./dispute.ts";
import { present } from "./present.ts";

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

export const paymentKinds = ["top-up", "payment"] as const;

/** Into the owner's own wallet. */
type ToWallet = { readonly kind: "top-up" };

/** To a person: from the owner's balance, through a channel, or both. */
type ToPerson = {
  readonly kind: "payment";
  readonly payee: AccountId;
  readonly note?: string;
  readonly audience: Audience;
  /** The part that comes from the owner's balance; 0 when all of it comes through the channel. */
  readonly fromBalance: Money;
  /** Keeps that part while the channel's part is on its way. */
  readonly holdId?: HoldId;
  /**
   * Where the money ended up once it came. `payer`: it came after the payment had ended or while it was being
   * cancelled, so it is in the payer's own wallet.
   */
  readonly landed?: "payee" | "payer";
};

type PaymentBase = (ToWallet | ToPerson) & {
  readonly id: PaymentId;
  readonly owner: AccountId;
  readonly amount: Money;
  /** Minor units given back or on their way back, whichever way. */
  readonly refunded: number;
  /** Those of them that went back through the channel. */
  readonly refundedToChannel: number;
  /** Refunds ever begun at the channel, and when the last was: channels limit both. */
  readonly channelRefunds: number;
  readonly lastChannelRefundAt?: EpochMs;
  readonly dispute?: DisputeStatus;
  readonly createdAt: EpochMs;
  /** When the status or the failure changed last. */
  readonly updatedAt: EpochMs;
  /** Of the request that made it. */
  readonly fingerprint: string;
  /** Of the request that made it; every event of the payment carries it. */
  readonly correlationId: string;
  /** Counts writes; every write is under the condition that it is what was read. */
  readonly version: number;
};

type ChannelBase = PaymentBase & {
  readonly channel: string;
  /** Of the payer's money, when they said it: ISO 3166-1 alpha-2. */
  readonly country?: string;
  /** What the channel wants to know of the payer. */
  readonly payer: Readonly<Record<string, string>>;
  /** The channel's id, once it is known that the payment exists there. */
  readonly channelPaymentId?: string;
  /** The movement of the money at the channel, once there is one. */
  readonly transactionId?: string;
  /** What the payer's app needs. Holds a secret, so it prints as one. */
  readonly action?: Secret<ClientAction>;
  readonly lastFailure?: Failure;
  /** The owner called it off, and the channel could not end it yet. */
  readonly cancelling?: true;
  /** The money came after the payment had ended, or while it was being called off: it is in the owner's wallet. */
  readonly isLate?: true;
  /** The channel took another amount than was asked: the money is in suspense and a person decides. */
  readonly inSuspense?: true;
  /** When the newest observation that the status rests on was made; 0 before the first. */
  readonly observedAt: EpochMs;
  /** The fact that was folded last, so that its repetition is noticed without a read. */
  readonly lastFactId?: string;
  readonly expiresAt: EpochMs;
};

/** Not ended: there is always a next check. */
export type OpenPayment = ChannelBase & { readonly status: OpenStatus; readonly nextCheckAt: EpochMs };
export type FinalPayment = ChannelBase & { readonly status: FinalStatus };
/** A payment that a channel has a part in. */
export type ChannelPayment = OpenPayment | FinalPayment;
/** All of it came from the balance, at once. */
export type BalancePayment = PaymentBase & ToPerson & { readonly status: "succeeded" };
export type Payment = ChannelPayment | BalancePayment;

export const isChannelPayment = (payment: Payment): payment is ChannelPayment => "channel" in payment;

export const isOpen = (payment: Payment): payment is OpenPayment => !isFinal(payment.status);

/** What the channel is asked for. */
export const channelAmountOf = (payment: Payment): Money =>
  payment.kind === "top-up"
    ? payment.amount
    : {
        value: minorUnits(payment.amount.value - payment.fromBalance.value),
        currency: payment.amount.currency,
      };

/** How the channel is asked about it. @param channelPaymentId another one at the channel under the same name */
export const paymentRefOf = (payment: ChannelPayment, channelPaymentId: string): PaymentRef =>
  present({
    paymentId: payment.id,
    channelPaymentId,
    transactionId: channelPaymentId === payment.channelPaymentId ? payment.transactionId : undefined,
    money: channelAmountOf(payment),
    createdAtMs: payment.createdAt,
    expiresAtMs: payment.expiresAt,
  });

/** Ages at which a payment is looked at first; after the last one every hour. */
const FIRST_CHECKS = [30 * SECOND, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE] as const;
const LAST_FIRST_CHECK = 30 * MINUTE;

/** A payment that should have ended: looked at often, so that the alarm on its age does not pause. */
const OVERDUE_CHECKS = 5 * MINUTE;

/**
 * The first look after `now`: 30 s, 2 min, 10 min, 30 min after its creation, then every hour, and at its expiry.
 * After that, every hour while the channel processes it (a bank debit takes days), every five minutes otherwise; one
 * that is called off every five minutes too.
 */
export function nextCheckOf(
  {
    createdAt,
    expiresAt,
    status,
    cancelling,
  }: Pick<OpenPayment, "createdAt" | "expiresAt" | "status" | "cancelling">,
  now: EpochMs,
): EpochMs {
  const every = (interval: number, from: EpochMs): EpochMs =>
    from + interval * (Math.floor((now - from) / interval) + 1);
  if (now >= expiresAt && status !== "processing") return every(OVERDUE_CHECKS, expiresAt);
  const early = FIRST_CHECKS.map((age) => createdAt + age).find((at) => at > now);
  const usual = early ?? every(HOUR, createdAt + LAST_FIRST_CHECK);
  const regular = cancelling === true ? Math.min(usual, every(OVERDUE_CHECKS, createdAt)) : usual;
  return now < expiresAt ? Math.min(regular, expiresAt) : regular;
}

/** How long a payer has, where the channel lets us choose. */
export const PAYMENT_LIFE_MS = 24 * HOUR;

/** When a payment that is made now ends: at our own time, inside what the channel allows. */
export function expiryOf({ expiry }: Pick<ChannelCapabilities, "expiry">, now: EpochMs): EpochMs {
  switch (expiry.kind) {
    case "none":
      return now + PAYMENT_LIFE_MS;
    case "given":
      return now + Math.min(Math.max(PAYMENT_LIFE_MS, expiry.minMs), expiry.maxMs);
    case "fixed":
      return now + Math.min(PAYMENT_LIFE_MS, expiry.maxMs);
  }
}

/** A bank debit may be processed for days after the payer's time is over; the balance part is kept for it. */
const HOLD_MARGIN_MS = 30 * DAY;

/** The net below the payment's own end, which gives the hold back long before. */
export const holdExpiryOf = (expiresAt: EpochMs): EpochMs => expiresAt + HOLD_MARGIN_MS;

/** Kept below the channel's window, so that clocks and retries stay inside it. */
const WINDOW_MARGIN_MS = HOUR;

/** Whether a create may still be repeated: within the time that the channel remembers it. */
export const mayBeSubmitted = (
  { createdAt }: { readonly createdAt: EpochMs },
  idempotencyWindowMs: number,
  now: EpochMs,
): boolean => now < createdAt + Math.max(idempotencyWindowMs - WINDOW_MARGIN_MS, idempotencyWindowMs / 2);

/** The transfer that pays channel money into the owner's wallet: its id follows from the payment's, so there is one. */
export const topUpTransferId = (paymentId: PaymentId): TransferId =>
  derivedId("transfer", paymentId, "top-up");

/** The transfer that pays the payee. */
export const payTransferId = (paymentId: PaymentId): TransferId => derivedId("transfer", paymentId, "pay");

/** The hold on the payer's balance. */
export const payHoldId = (paymentId: PaymentId): HoldId => derivedId("hold", paymentId, "pay");

/** Who has the money of a payment that succeeded, how much of it, and by which transfer. */
export type Landing = {
  readonly beneficiary: AccountId;
  readonly amount: Money;
  readonly transferId: TransferId;
};

/** `undefined` while there is none, and for money that waits in suspense. */
export function landingOf(payment: Payment): Landing | undefined {
  if (payment.status !== "succeeded") return undefined;
  if (payment.kind === "payment" && payment.landed === "payee") {
    return {
      beneficiary: payment.payee,
      amount: payment.amount,
      transferId: payTransferId(payment.id),
    };
  }
  return {
    beneficiary: payment.owner,
    amount: channelAmountOf(payment),
    transferId: topUpTransferId(payment.id),
  };
}
