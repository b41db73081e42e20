/** Callbacks as channels read them: verified on exact bytes, reduced to what they point at. */

/** A callback as it arrived. `rawBody` is the exact bytes, already base64-decoded where the gateway encoded them. */
export type CallbackRequest = {
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly rawBody: Uint8Array;
};

/** What a callback is about, by any id that it names: ours where the provider gave it back, the provider's otherwise. */
export type CallbackReference = {
  readonly paymentId?: string;
  readonly channelPaymentId?: string;
  readonly transactionId?: string;
  readonly refundId?: string;
  readonly channelRefundId?: string;
  readonly payoutId?: string;
  readonly channelPayoutId?: string;
  readonly channelDisputeId?: string;
};

/**
 * A verified callback: a pointer, not a truth. Its own words about state and amount are not used, as callbacks come
 * late, twice and out of order: whoever handles it asks the provider. `ignored` needs nothing done.
 */
export type CallbackEvent = {
  /** The same over the provider's repetitions of one event, different for different ones: the key for storing it once. */
  readonly eventId: string;
  /** The provider's event type. */
  readonly type: string;
  readonly occurredAtMs: number;
  readonly kind: "payment" | "refund" | "payout" | "dispute" | "ignored";
  readonly ref: CallbackReference;
};

/**
 * Why a callback is not to be trusted. None of these is ever stored as truth or acknowledged. `probe`: the provider
 * tests with a wrong signature whether we check; it is refused like any other and raises no alarm. `wrong-merchant`:
 * signed well, and meant for another account or app. `keys-unavailable`: the key to check it with could not be had
 * now; the provider comes again.
 */
export type CallbackRejection =
  | "missing-signature"
  | "bad-signature"
  | "unknown-key"
  | "stale"
  | "malformed"
  | "wrong-mode"
  | "wrong-merchant"
  | "probe"
  | "keys-unavailable";

/** The verdict on a callback. */
export type CallbackVerdict =
  | { readonly ok: true; readonly event: CallbackEvent }
  | { readonly ok: false; readonly reason: CallbackRejection };

/** What became of a callback on our side; decides what the provider is told. */
export type CallbackResult = "stored" | "duplicate" | "ignored" | "rejected";

/** The HTTP answer to a callback. */
export type CallbackAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};
