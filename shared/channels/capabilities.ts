/** What a channel can do, as data: the API offers only what this table allows. */

/** The smallest and largest amount of one currency, in ISO minor units, and the step between valid amounts. */
export type CurrencyRange = {
  readonly min: number;
  readonly max: number;
  /** Amounts must be a multiple of this. Usually 1. */
  readonly step: number;
};

/** By upper-case ISO 4217 code. A currency that is not listed is not offered. */
export type CurrencyRanges = Readonly<Record<string, CurrencyRange>>;

/** What a statement's lines can be compared with. */
export type StatementSubject = "payment" | "refund" | "payout" | "payout-return";

export type ChannelCapabilities = {
  readonly currencies: CurrencyRanges;
  /** `ours`: the payer's consent is followed by a call of ours that takes the money. */
  readonly capture: "automatic" | "ours";
  /**
   * `none`: a payment never lapses at the provider, so the caller closes it at its own deadline. `given`: it lapses at
   * the deadline it was created with, which is between `minMs` and `maxMs` ahead. `fixed`: it lapses `maxMs` after
   * its creation, whatever was asked.
   */
  readonly expiry:
    | { readonly kind: "none" }
    | { readonly kind: "given"; readonly minMs: number; readonly maxMs: number }
    | { readonly kind: "fixed"; readonly maxMs: number };
  /**
   * `yes`: a closed payment can no longer be paid. `if-known`: only once the payer has opened it; before, it stays
   * payable until it lapses. `no`: it has to lapse.
   */
  readonly close: "yes" | "if-known" | "no";
  /** How long a repeated create under the same id and key is safe, in milliseconds. */
  readonly idempotencyWindowMs: number;
  readonly refunds:
    | { readonly supported: false }
    | {
        readonly supported: true;
        readonly partial: boolean;
        /** Refunds of one payment at most. */
        readonly maxCount: number;
        /** How long after the payment, in milliseconds. */
        readonly windowMs: number;
        /** What has to lie between two refunds of one payment, in milliseconds; 0 for nothing. */
        readonly minIntervalMs: number;
        /** How long a repeated refund under the same id is safe, where that is not as long as for a create. */
        readonly idempotencyWindowMs?: number;
        /** A refund that succeeded can still turn to failed. */
        readonly mayFailAfterSuccess: boolean;
      };
  readonly payouts:
    | { readonly supported: false; readonly reason: string }
    | {
        readonly supported: true;
        readonly currencies: CurrencyRanges;
        /** The recipient has to confirm in an app, or to accept. */
        readonly mayNeedAction: boolean;
        /** How long an unconfirmed payout waits before it lapses, in milliseconds. */
        readonly actionWindowMs: number;
        /** How long after its delivery a payout can come back, in milliseconds; 0 where none does. */
        readonly returnsWithinMs: number;
        /** One that waits for its recipient can be cancelled. */
        readonly cancel: boolean;
      };
  /** Whether the provider tells of disputes that take money. */
  readonly disputes: boolean;
  /**
   * `file`: one file a day, or several. `pages`: a list in pages. A day is the provider's own, `utcOffsetMinutes` ahead of UTC, and
   * is complete `readyAfterMs` after its end.
   */
  readonly statement: {
    readonly kind: "file" | "pages";
    readonly utcOffsetMinutes: number;
    readonly readyAfterMs: number;
    /** Movements of ours that it has, each as a line; all of them unless said. */
    readonly covers?: readonly StatementSubject[];
    /** Amounts may be in the currency of the settlement instead of the payment's; `presented` says the latter. */
    readonly converts?: true;
    /** Its words (`rawType`) for what it pays out to our own bank. */
    readonly settlements?: readonly string[];
  };
};
