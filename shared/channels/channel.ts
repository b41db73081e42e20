/**
 * The neutral `Channel`: what every payment provider looks like to the rest of the product. Pure: an operation is a
 * plan (`plan.ts`) that the transport carries out. Time and randomness come in through `ChannelTools`.
 */
import type * as z from "zod";
import type { CallbackAnswer, CallbackRequest, CallbackResult, CallbackVerdict } from "./callback.ts";
import type { ChannelCapabilities } from "./capabilities.ts";
import type {
  ChannelMoney,
  ChannelOutcome,
  ClientAction,
  DisputeFact,
  PaymentFact,
  PayoutFact,
  RefundFact,
} from "./facts.ts";
import type { Plan } from "./plan.ts";
import type { StatementSource } from "./statement.ts";

/** What adapters may not have of their own. */
export type ChannelTools = {
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Unpredictable bytes, for nonces. */
  readonly bytes: (count: number) => Uint8Array;
};

/** A payment to create at the provider. Depends on the payment's record alone, so a repetition is the same request. */
export type CreatePaymentInput = {
  /** Our id, `pay_` and 26 characters; `toReference` gives the letters and digits that every channel takes. */
  readonly paymentId: string;
  readonly money: ChannelMoney;
  /** Shown to the payer; at most 60 characters. */
  readonly description: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
  /** What the channel wants to know of the payer: as the module's `payer` schema gave it out. */
  readonly payer: Readonly<Record<string, string>>;
};

/** A payment that exists at the provider, or can be made to exist by its payer. */
export type CreatedPayment = { readonly action: ClientAction; readonly fact: PaymentFact };

/** A payment as it is asked about. */
export type PaymentRef = {
  readonly paymentId: string;
  readonly channelPaymentId: string;
  readonly transactionId?: string;
  readonly money: ChannelMoney;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
};

/**
 * The end of a close: `closed` can no longer be paid, `already-paid` was too late, `in-progress` cannot be closed now
 * (it is being settled, or the channel lets payments lapse) and is to be queried again.
 */
export type ClosedPayment = {
  readonly result: "closed" | "already-paid" | "in-progress";
  readonly fact: PaymentFact;
};

/** Why a payment is closed; a word for the provider's records. */
export type CloseReason = "requested" | "expired";

export type RefundInput = {
  /** Our id, `rfd_` and 26 characters; the same id is the same refund at the provider. */
  readonly refundId: string;
  readonly payment: PaymentRef;
  readonly money: ChannelMoney;
  /** What of the payment was refunded through this channel before, in minor units. */
  readonly refundedBefore: number;
  readonly reason: string;
};

/** A refund as it is asked about. */
export type RefundRef = {
  readonly refundId: string;
  readonly channelRefundId: string;
  readonly payment: PaymentRef;
  readonly money: ChannelMoney;
  readonly createdAtMs: number;
};

/** Whom a payout goes to: a tagged object whose members the module's `recipients` schemas declare. */
export type PayoutRecipient = { readonly type: string; readonly [member: string]: string };

export type PayoutInput = {
  /** Our id, `wdr_` and 26 characters; the same id is the same payout at the provider. */
  readonly payoutId: string;
  readonly recipient: PayoutRecipient;
  readonly money: ChannelMoney;
  /** Shown to the recipient; at most 32 characters. */
  readonly remark: string;
  readonly createdAtMs: number;
};

/** `action`: what the recipient's app needs to confirm. */
export type CreatedPayout = { readonly fact: PayoutFact; readonly action?: ClientAction };

/** A payout as it is asked about. `channelPayoutId` is missing when the answer to its creation never came. */
export type PayoutRef = {
  readonly payoutId: string;
  readonly channelPayoutId?: string;
  readonly recipient: PayoutRecipient;
  readonly money: ChannelMoney;
  readonly createdAtMs: number;
};

/** A day of the provider's calendar, `yyyy-mm-dd`. */
export type StatementDay = string;

/**
 * A channel of one stage. Every plan ends in a value: an exception is a bug, not an outcome.
 *
 * A create, refund or payout whose outcome is not known is asked for again with the same input: it is safe to repeat
 * within `capabilities.idempotencyWindowMs`, and answers with the first one's effect.
 */
export type Channel = {
  readonly name: string;
  readonly capabilities: ChannelCapabilities;
  readonly createPayment: (input: CreatePaymentInput) => Plan<ChannelOutcome<CreatedPayment>>;
  /** The same action, signed anew for an app that comes back; left out where the first one stays good. */
  readonly renewAction?: (action: ClientAction, payment: PaymentRef) => ClientAction;
  readonly queryPayment: (payment: PaymentRef) => Plan<ChannelOutcome<PaymentFact>>;
  /** Takes the money of a payment that is `requires_capture`; left out where channels do it themselves. */
  readonly capturePayment?: (payment: PaymentRef) => Plan<ChannelOutcome<PaymentFact>>;
  readonly closePayment: (payment: PaymentRef, reason: CloseReason) => Plan<ChannelOutcome<ClosedPayment>>;
  readonly refund?: (input: RefundInput) => Plan<ChannelOutcome<RefundFact>>;
  readonly queryRefund?: (refund: RefundRef) => Plan<ChannelOutcome<RefundFact>>;
  readonly payout?: (input: PayoutInput) => Plan<ChannelOutcome<CreatedPayout>>;
  readonly queryPayout?: (payout: PayoutRef) => Plan<ChannelOutcome<PayoutFact>>;
  /** Before its recipient confirmed. The fact says what became of it. */
  readonly cancelPayout?: (payout: PayoutRef) => Plan<ChannelOutcome<PayoutFact>>;
  readonly queryDispute?: (channelDisputeId: string) => Plan<ChannelOutcome<DisputeFact>>;
  /** Verified on the exact bytes, for freshness where the protocol signs a time, and for the merchant it is meant for. */
  readonly verifyCallback: (request: CallbackRequest) => Plan<CallbackVerdict>;
  readonly callbackAnswer: (result: CallbackResult) => CallbackAnswer;
  readonly openStatement: (day: StatementDay) => Plan<ChannelOutcome<StatementSource>>;
};

/** What a channel is opened with. */
export type ChannelConfig<Settings, Keys> = {
  readonly settings: Settings;
  readonly keys: Keys;
  /** Where the provider sends this channel's callbacks; HTTPS in an account, without a query string. */
  readonly callbackUrl: string;
  readonly tools: ChannelTools;
};

/** Settings that every channel has; a module's own schema extends these. */
export type CommonSettings = {
  /** `false` offers it to nobody; payments begun on it are still followed to their end. */
  readonly enabled: boolean;
  /** True where it moves real money. */
  readonly livemode: boolean;
};

/** A channel as the registry lists it: everything about it that is known before it is opened. */
export type ChannelModule<Settings extends CommonSettings = CommonSettings, Keys = unknown> = {
  /** Kebab-case. Part of callback paths and of stored records: never rename one. */
  readonly name: string;
  /** For people: `WeChat Pay`. */
  readonly title: string;
  readonly capabilities: ChannelCapabilities;
  /** Public settings of a stage. */
  readonly settings: z.ZodType<Settings>;
  /** The channel's secret, as JSON. */
  readonly keys: z.ZodType<Keys>;
  /** Shapes of the actions an app can be given, each with a literal `type`. */
  readonly actions: readonly [z.ZodObject, ...z.ZodObject[]];
  /** What may be said about the payer; strict, all members strings. */
  readonly payer: z.ZodType<Readonly<Record<string, string>>>;
  /** Shapes of the recipients of payouts, each with a literal `type`; empty where there are none. */
  readonly recipients: readonly z.ZodObject[];
  /** @throws Error when settings and keys contradict each other (a test key in live mode). */
  readonly open: (config: ChannelConfig<Settings, Keys>) => Channel;
};
