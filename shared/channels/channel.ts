/**
 * The neutral `Channel`: what every payment provider looks like to the rest of the product.
 *
 * A channel reports facts and outcomes. It owns no state machine, stores nothing and reads no clock:
 * the caller folds facts into a payment, decides on retries and passes the time in.
 */

/** An amount: integer minor units as ISO 4217 defines them for the upper-case `currency`. */
export interface ChannelMoney {
  readonly value: number;
  readonly currency: string;
}

/** Why a channel said no. Final for this request: repeating it unchanged gives the same answer. */
export type DeclineReason =
  | "insufficient-funds"
  | "card-declined"
  | "authentication-failed"
  | "amount-not-accepted"
  | "currency-not-accepted"
  | "not-found"
  | "wrong-state"
  | "rejected";

/**
 * What may have happened to one outbound call.
 *
 * - `ok`: the provider did it and answered.
 * - `declined`: the provider refused; nothing changed there. `code` is the provider's own word.
 * - `notSent`: certainly without effect; repeat with the same idempotency key, not before `retryAfterMs`.
 * - `unknown`: it may have taken effect. Query before anything else; a create whose id is not known is
 *   asked again with the same idempotency key, which returns the first result.
 *
 * `detail` is for logs only: it holds no secret and no personal data.
 */
export type ChannelOutcome<T> =
  | { readonly outcome: "ok"; readonly value: T }
  | ChannelDeclined
  | { readonly outcome: "notSent"; readonly retryAfterMs?: number; readonly detail?: string }
  | { readonly outcome: "unknown"; readonly detail?: string };

/** A refusal by the provider, or by its published rules before the call. */
export interface ChannelDeclined {
  readonly outcome: "declined";
  readonly reason: DeclineReason;
  readonly code: string;
  readonly detail?: string;
}

/** Where a payment stands at the provider, in the product's words. */
export type ChannelPaymentStatus = "requires_action" | "processing" | "succeeded" | "failed" | "cancelled";

/** One observation of one payment at a provider. Facts may be late, repeated or out of order. */
export interface PaymentFact {
  readonly channel: string;
  readonly kind: "payment";
  /** The provider's id. */
  readonly channelPaymentId: string;
  /** Our id, when the provider gave back what we attached at creation. */
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
}

/** What the app needs to let the payer act. Holds a secret: hand it to the payer, never log it. */
export type ClientAction = {
  readonly type: "stripe_client_secret";
  readonly publishableKey: string;
  readonly clientSecret: string;
  readonly paymentIntentId: string;
};

/** The smallest and largest amount of one currency, in ISO minor units, and the step between valid amounts. */
export interface CurrencyRange {
  readonly min: number;
  readonly max: number;
  /** Amounts must be a multiple of this. Usually 1. */
  readonly step: number;
}

/** What a channel can do, as data: the API offers only what this table allows. */
export interface ChannelCapabilities {
  /** By upper-case ISO 4217 code. A currency not listed is not offered. */
  readonly currencies: Readonly<Record<string, CurrencyRange>>;
  readonly clientAction: ClientAction["type"];
  readonly refunds: {
    readonly supported: boolean;
    readonly partial: boolean;
    readonly multiple: boolean;
    /** A refund that succeeded can still turn to failed later. */
    readonly mayFailAfterSuccess: boolean;
  };
  /** `none`: a payment never lapses at the provider, so the caller closes it at its own deadline. */
  readonly expiry: { readonly kind: "none" } | { readonly kind: "atMost"; readonly maxMs: number };
  readonly canClose: boolean;
  readonly canQueryByPaymentId: boolean;
  /** How long an idempotency key protects a repeated create, in milliseconds. */
  readonly idempotencyWindowMs: number;
  readonly payouts: boolean;
}

/** A callback as it arrived. `rawBody` is the exact bytes, already base64-decoded where the gateway encoded them. */
export interface CallbackRequest {
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawBody: Uint8Array;
}

/** What the verifier needs besides the request. */
export interface CallbackContext {
  readonly nowMs: number;
  /** Every secret that is valid now: two while one is being rolled. At least one that is not blank. */
  readonly secrets: readonly string[];
  /** True in an environment that moves real money. */
  readonly expectedLivemode: boolean;
}

/** A verified callback. A `payment` event without `fact` could not be read fully: query the payment. */
export interface CallbackEvent {
  /** The provider's event id: the key for storing it once. */
  readonly eventId: string;
  /** The provider's event type. */
  readonly type: string;
  readonly occurredAtMs: number;
  readonly kind: "payment" | "refund" | "dispute" | "ignored";
  readonly ref: { readonly paymentId?: string; readonly channelPaymentId?: string };
  readonly fact?: PaymentFact;
}

/** Why a callback is not to be trusted. None of these is ever stored as truth. */
export type CallbackRejection = "missing-signature" | "bad-signature" | "stale" | "malformed" | "wrong-mode";

/** The verdict on a callback. */
export type CallbackVerdict =
  | { readonly ok: true; readonly event: CallbackEvent }
  | { readonly ok: false; readonly reason: CallbackRejection };

/** What became of a callback on our side; decides what the provider is told. */
export type CallbackResult = "stored" | "duplicate" | "retry-later" | "rejected";

/** The HTTP answer to a callback. */
export interface CallbackAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The inbound half of a channel: pure, and free of the provider's client library. */
export interface ChannelCallbacks {
  /** @throws Error when no usable secret is configured. */
  verifyCallback(request: CallbackRequest, context: CallbackContext): CallbackVerdict;
  callbackAnswer(result: CallbackResult): CallbackAnswer;
}

/** A payment to create at the provider. */
export interface CreatePaymentInput {
  /** Our id: `[0-9A-Za-z_]`, at most 32 characters. Comes back in every fact. */
  readonly paymentId: string;
  /** One per attempt. The same key with the same input never creates a second payment. */
  readonly idempotencyKey: string;
  readonly money: ChannelMoney;
  /** Shown to the payer. */
  readonly description: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Our deadline. Used only by channels whose payments can lapse (see `capabilities.expiry`). */
  readonly expiresAtMs?: number;
}

/** A payment that exists at the provider. */
export interface CreatedPayment {
  readonly channelPaymentId: string;
  readonly status: ChannelPaymentStatus;
  readonly action: ClientAction;
  readonly fact: PaymentFact;
}

/**
 * The end of a close: `closed` can no longer be paid, `already-paid` was too late, `in-progress` cannot be
 * closed now (the provider is settling it) and is to be queried again.
 */
export interface ClosedPayment {
  readonly result: "closed" | "already-paid" | "in-progress";
  readonly fact: PaymentFact;
}

/** Why a payment is closed; a word for the provider's records. */
export type CloseReason = "requested" | "expired" | "duplicate" | "fraudulent";

/** The outbound half of a channel. Every method resolves: a rejection is a bug, not an outcome. */
export interface Channel {
  readonly name: string;
  readonly capabilities: ChannelCapabilities;
  createPayment(input: CreatePaymentInput): Promise<ChannelOutcome<CreatedPayment>>;
  queryPayment(input: { readonly channelPaymentId: string }): Promise<ChannelOutcome<PaymentFact>>;
  closePayment(input: {
    readonly channelPaymentId: string;
    readonly reason: CloseReason;
  }): Promise<ChannelOutcome<ClosedPayment>>;
}
