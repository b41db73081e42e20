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

type Members = Readonly<Record<string, string | number | boolean>>;

/** What a provider's callbacks look like. */
export type CallbackFacts = {
  /** What the provider is told, in its own words, and exactly. */
  readonly thanks: { readonly status: number; readonly body: string };
  readonly refusal: { readonly status: number; readonly body: string };
  /** The header, or the field of the form, that holds the signature. */
  readonly signature: { readonly header: string } | { readonly field: string };
  /** How many seconds off a signed time is still taken; left out where no time is signed. */
  readonly tolerance?: { readonly past: number; readonly future: number };
  /** The event that tells that a payment was paid. */
  readonly paid: string;
  /** Members that say an amount, in the provider's form. */
  readonly amount: (value: number) => Members;
  /** Members that say another currency. */
  readonly otherCurrency?: Members;
  /** Where the money's movement at the provider is named. */
  readonly transaction?: string;
  /** What tells two events apart; the event's own id by default. */
  readonly eventMember?: string;
};

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
  readonly callbacks: CallbackFacts;
};
