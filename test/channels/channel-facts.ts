/** What suites over all channels have to know of one beside its code. `test/channels/<name>.ts` says it of a channel. */
import type { Currency } from "../../shared/money/currencies.ts";

/** Money that a provider moved for us, as it sees it. */
export type Moved = {
  readonly kind: "received" | "refunded" | "paid-out" | "disputed";
  /** The provider's id, by which the product asks. */
  readonly id: string;
  readonly value: number;
  readonly currency: string;
};

/** Whom money is paid out to: a tagged object, as the channel's `recipients` schemas say. */
export type Recipient = { readonly type: string; readonly [member: string]: string };

export type ChannelFacts = {
  /** Of a stage that has the channel. */
  readonly settings: Readonly<Record<string, unknown>> & {
    readonly enabled: boolean;
    readonly livemode: boolean;
  };
  /** What people pay in through it. */
  readonly currencies: readonly [Currency, ...Currency[]];
  /** The provider's words for money that moved. */
  readonly moved: Readonly<Record<Moved["kind"], readonly string[]>>;
  /** The request by which a payer's app opens what it was given, where the provider knows nothing of it before. */
  readonly opening?: (
    action: Readonly<Record<string, unknown>>,
  ) => { path: string; query: string } | undefined;
  /** Left out where the channel pays nobody out. */
  readonly recipient?: Recipient;
};
