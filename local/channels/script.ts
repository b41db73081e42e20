/** What differs from channel to channel when a person pays in and out: money, hints, and what they press. */

export type ChannelScript = {
  readonly currency: string;
  /** Minor units: topped up, paid to a friend, refunded of the top-up, withdrawn. */
  readonly topUp: number;
  readonly payment: number;
  readonly refund: number;
  readonly withdrawal: number;
  readonly payer: Readonly<Record<string, string>>;
  /** Whom money goes out to; left out where the channel pays nobody out. */
  readonly recipient?: Readonly<Record<string, string>>;
  /** The recipient has to confirm. */
  readonly confirms?: true;
  /**
   * Brings the payer to the page where they approve, where the provider knows nothing of a payment before.
   * @param url of the simulator, without a slash at its end.
   */
  readonly open?: (url: string, action: Readonly<Record<string, unknown>>) => Promise<void>;
};

/** Fits currencies of two decimals. */
export const exampleAmounts = { topUp: 50_00, payment: 12_50, refund: 10_00, withdrawal: 20_00 };
