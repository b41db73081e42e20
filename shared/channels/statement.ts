/** Statements: the provider's own list of a day's movements, as normalised lines read one by one. */
import type { ChannelFailure, ChannelMoney, ChannelOutcome } from "./facts.ts";
import type { Plan, WireRequest } from "./plan.ts";

/** `other`: a movement that concerns no payment, refund or payout of ours (transfers to our bank, adjustments). */
export type StatementLineKind =
  | "payment"
  | "refund"
  | "payout"
  | "payout-return"
  | "dispute"
  | "fee"
  | "other";

/** One movement. */
export type StatementLine = {
  readonly kind: StatementLineKind;
  /** Our id of the payment, refund or payout, when the line carries it. */
  readonly ourId?: string;
  /** The payment it belongs to, by the id that the channel is asked by. */
  readonly channelPaymentId?: string;
  /** The provider's id of the movement. */
  readonly transactionId: string;
  /** What moved, before fees, without a sign: `kind` says in which direction; `other` says it with the sign. */
  readonly amount: ChannelMoney;
  /**
   * What the payer paid or the recipient was sent, where the amount is in another currency, that of the settlement.
   * Without a sign too.
   */
  readonly presented?: ChannelMoney;
  /** What the provider kept, in minor units of the same currency. Negative when a fee came back. */
  readonly fee: number;
  readonly occurredAtMs: number;
  /** The provider's own word for it. */
  readonly rawType: string;
};

/** What cannot be read: the whole statement counts as not received. */
export class StatementError extends Error {}

/**
 * Reads a file piece by piece, holding no more than a line or the file format's window.
 * @throws StatementError from either method when the file is not as it should be (columns, hash, summary).
 */
export type StatementReader = {
  readonly push: (chunk: Uint8Array) => readonly StatementLine[];
  readonly end: () => readonly StatementLine[];
};

/**
 * Where a day's lines come from. `empty`: the provider says that there was nothing. `not-ready`: ask later.
 * A page's `next` is handed back for the page after it.
 */
export type StatementSource =
  | { readonly kind: "empty" }
  | { readonly kind: "not-ready" }
  | { readonly kind: "file"; readonly request: () => WireRequest; readonly reader: StatementReader }
  | { readonly kind: "parts"; readonly parts: readonly StatementPart[] }
  | { readonly kind: "pages"; readonly page: (next?: string) => Plan<StatementPage | ChannelFailure> };

/**
 * One of several files of a day. Each is opened when those before it were read, as addresses of files are good for
 * seconds only. One that is not ready makes the whole day not ready, whatever was read before it.
 */
export type StatementPart = () => Plan<ChannelOutcome<StatementSource>>;

export type StatementPage = {
  readonly outcome: "page";
  readonly lines: readonly StatementLine[];
  readonly next?: string;
};
