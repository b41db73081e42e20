/**
 * What channels report, in the product's words. A channel states facts and outcomes; it owns no state machine and
 * stores nothing: the caller folds facts into payments, refunds, payouts and disputes.
 */

/** An amount: integer minor units as ISO 4217 defines them for the upper-case `currency`. */
export type ChannelMoney = { readonly value: number; readonly currency: string };

/** Why a channel said no. Final for this request: repeating it unchanged gives the same answer. */
export type DeclineReason =
  | "insufficient-funds"
  | "card-declined"
  | "authentication-failed"
  | "amount-not-accepted"
  | "currency-not-accepted"
  | "recipient-not-accepted"
  | "not-found"
  | "wrong-state"
  | "too-late"
  | "not-supported"
  | "rejected";

/** A refusal by the provider, or by its published rules before the call. `code` is the provider's own word. */
export type ChannelDeclined = {
  readonly outcome: "declined";
  readonly reason: DeclineReason;
  readonly code: string;
  readonly detail?: string;
};

/**
 * What may have happened to one operation.
 *
 * - `ok`: the provider did it and answered.
 * - `declined`: the provider refused; nothing changed there.
 * - `notSent`: certainly without effect; repeat with the same id and key, not before `retryAfterMs`.
 * - `unknown`: it may have taken effect. Query before anything else, or repeat with the same id and key.
 *
 * `detail` is for logs only: it holds no secret and no personal data.
 */
export type ChannelOutcome<T> =
  | { readonly outcome: "ok"; readonly value: T }
  | ChannelDeclined
  | { readonly outcome: "notSent"; readonly retryAfterMs?: number; readonly detail?: string }
  | { readonly outcome: "unknown"; readonly detail?: string };

/** Every outcome but `ok`. */
export type ChannelFailure = Exclude<ChannelOutcome<never>, { readonly outcome: "ok" }>;

/**
 * Where a payment stands at the provider. `requires_capture`: the payer has agreed and the money comes only when it is
 * asked for (`capturePayment`). `cancelled` includes lapsed.
 */
export type ChannelPaymentStatus =
  | "requires_action"
  | "requires_capture"
  | "processing"
  | "succeeded"
  | "failed"
  | "cancelled";

/** One observation of one payment at a provider. Facts may be late, repeated or out of order. */
export type PaymentFact = {
  readonly channel: string;
  readonly kind: "payment";
  /** What the payment is asked by: the provider's id, or our own reference where the provider goes by that. */
  readonly channelPaymentId: string;
  /** The movement of the money at the provider (charge, capture, transaction), once there is one. */
  readonly transactionId?: string;
  /** Our id, when the provider gave back what it got at creation. */
  readonly paymentId?: string;
  readonly status: ChannelPaymentStatus;
  /** The newest attempt to pay failed; the payment itself stays payable unless `status` says otherwise. */
  readonly attemptFailed?: { readonly code: string; readonly message: string };
  /** Received amount once succeeded, asked amount before. Compare with the stored payment. */
  readonly amount: ChannelMoney;
  readonly livemode: boolean;
  /** The provider's time for this observation, milliseconds since the epoch. */
  readonly occurredAtMs: number;
  /** The provider's own status word. */
  readonly rawStatus: string;
};

/** `needs_attention`: the provider waits for a person (a dead card, an account that is short of money). */
export type ChannelRefundStatus = "processing" | "succeeded" | "failed" | "needs_attention";

/** One observation of one refund. A refund that succeeded can still turn to failed where the capabilities say so. */
export type RefundFact = {
  readonly channel: string;
  readonly kind: "refund";
  /** What the refund is asked by. */
  readonly channelRefundId: string;
  /** Our id, when the provider gave it back. */
  readonly refundId?: string;
  readonly status: ChannelRefundStatus;
  readonly failure?: { readonly code: string; readonly message: string };
  readonly amount: ChannelMoney;
  readonly livemode: boolean;
  readonly occurredAtMs: number;
  readonly rawStatus: string;
};

/**
 * `requires_action`: the recipient has to confirm or accept. `returned`: the money came back after it had been
 * delivered, or because nobody took it.
 */
export type ChannelPayoutStatus =
  | "requires_action"
  | "processing"
  | "succeeded"
  | "failed"
  | "cancelled"
  | "returned";

/** One observation of one payout to a person. */
export type PayoutFact = {
  readonly channel: string;
  readonly kind: "payout";
  /** What the payout is asked by. */
  readonly channelPayoutId: string;
  /** Our id, when the provider gave it back. */
  readonly payoutId?: string;
  readonly status: ChannelPayoutStatus;
  readonly failure?: { readonly code: string; readonly message: string };
  readonly amount: ChannelMoney;
  readonly livemode: boolean;
  readonly occurredAtMs: number;
  readonly rawStatus: string;
};

/** `open`: the provider holds or has taken the money until it decides. */
export type ChannelDisputeStatus = "open" | "won" | "lost";

/** One observation of one dispute of a payment. */
export type DisputeFact = {
  readonly channel: string;
  readonly kind: "dispute";
  readonly channelDisputeId: string;
  /** The payment it is about, by whichever of its ids the provider names. */
  readonly channelPaymentId?: string;
  readonly transactionId?: string;
  readonly status: ChannelDisputeStatus;
  readonly reason: string;
  readonly amount: ChannelMoney;
  readonly livemode: boolean;
  readonly occurredAtMs: number;
  readonly rawStatus: string;
};

/**
 * What an app needs to let a person act: a tagged object whose members the channel's module declares as a zod schema.
 * It may hold secrets: hand it to that person, never log it.
 */
export type ClientAction = { readonly type: string; readonly [member: string]: string | number | boolean };
