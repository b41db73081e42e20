/**
 * A difference between a channel's statement and the ledger, as its record. Its id follows from the channel, the day,
 * the class and what it is about, so a repeated run finds the same ones and adds nothing.
 */
import * as z from "zod";
import { exceptionIdSchema, moneySchema, reconciliationIdSchema } from "../http/schemas.ts";
import type { Money } from "../money/money.ts";
import { present } from "../payments/present.ts";
import type { EpochMs } from "../platform/clock.ts";
import { derivedId, type ExceptionId, type ReconciliationId, type TransferId } from "../platform/ids.ts";
import { keys, ownerPartitions, timeKey } from "../table/keys.ts";
import type { Item } from "../table/table.ts";
import { type Subject, subjectKinds } from "./subject.ts";

export const exceptionClasses = [
  /** The ledger has a movement that the statement has not, a day after it was due. */
  "missing-in-statement",
  /** The provider moved money that the ledger does not know. */
  "missing-in-ledger",
  "amount-mismatch",
  "currency-mismatch",
  /** The provider kept another fee than the stage expects. */
  "fee-unexpected",
  /** The same movement twice. */
  "duplicate-line",
  /** Both know it, and one says that it succeeded while the other says that it did not. */
  "status-mismatch",
  /** A movement that is none of ours and no payout to our bank. */
  "unknown-kind",
] as const;
export type ExceptionClass = (typeof exceptionClasses)[number];

/** `waiting`: the next day's run may explain it. */
export const exceptionStatuses = ["waiting", "open", "resolved"] as const;
export type ExceptionStatus = (typeof exceptionStatuses)[number];

/**
 * `explained`: it is in both books by now, so what was entered for it is taken back. `accepted`: a person has dealt
 * with it, and what was entered into suspense stays there.
 */
export const resolutions = ["explained", "accepted"] as const;
export type Resolution = (typeof resolutions)[number];

/** An amount as a statement says it; its currency may be one that no wallet holds. */
const stated = z.object({ value: z.int(), currency: z.string() });
export type StatedAmount = z.output<typeof stated>;

/** What is known of a difference when it is found. Amounts are signed: what the provider owes us grows by them. */
export type Difference = {
  readonly class: ExceptionClass;
  /** What it is about, once a class and day: a transfer's id, or the provider's id of the movement. */
  readonly reference: string;
  readonly status: "waiting" | "open";
  readonly subject?: Subject | undefined;
  readonly transactionId?: string | undefined;
  readonly transferId?: string | undefined;
  readonly inStatement?: StatedAmount | undefined;
  readonly inLedger?: Money | undefined;
  /** The provider's own word for the movement. */
  readonly rawType?: string | undefined;
  /** What the provider's API says when it is asked, in a word or two. */
  readonly provider?: string | undefined;
  readonly detail?: string | undefined;
  /** What has to be entered so that the clearing account says what the provider says. */
  readonly toEnter?: Money | undefined;
};

export type Exception = Omit<Difference, "status" | "toEnter"> & {
  readonly id: ExceptionId;
  readonly status: ExceptionStatus;
  readonly channel: string;
  /** The provider's day. */
  readonly day: string;
  /** The run that found it. */
  readonly reconciliationId: ReconciliationId;
  readonly foundAt: EpochMs;
  /** What was moved between the clearing account and suspense for it. */
  readonly entered?: Money | undefined;
  readonly resolution?: Resolution | undefined;
  readonly note?: string | undefined;
  /** A member of ops, or nobody when a later run did. */
  readonly resolvedBy?: string | undefined;
  readonly resolvedAt?: EpochMs | undefined;
  readonly version: number;
};

export const exceptionIdOf = (
  channel: string,
  day: string,
  { class: kind, reference }: Pick<Difference, "class" | "reference">,
): ExceptionId => derivedId("exception", channel, day, kind, reference);

/** The transfer that enters it, and the one that takes that back. */
export const enteredTransferId = (id: ExceptionId): TransferId => derivedId("transfer", id, "entered");
export const takenBackTransferId = (id: ExceptionId): TransferId => derivedId("transfer", id, "taken-back");

const schema = z.object({
  id: exceptionIdSchema,
  class: z.enum(exceptionClasses),
  reference: z.string(),
  status: z.enum(exceptionStatuses),
  channel: z.string(),
  day: z.string(),
  reconciliationId: reconciliationIdSchema,
  foundAt: z.int(),
  subject: z.object({ kind: z.enum(subjectKinds), id: z.string() }).optional(),
  transactionId: z.string().optional(),
  transferId: z.string().optional(),
  inStatement: stated.optional(),
  inLedger: moneySchema.optional(),
  rawType: z.string().optional(),
  provider: z.string().optional(),
  detail: z.string().optional(),
  entered: moneySchema.optional(),
  resolution: z.enum(resolutions).optional(),
  note: z.string().optional(),
  resolvedBy: z.string().optional(),
  resolvedAt: z.int().optional(),
  version: z.int(),
});

export const toExceptionItem = (exception: Exception): Item => ({
  ...keys.exception(exception.id),
  ...present(exception),
  ownerPk: ownerPartitions.exceptions(exception.status),
  ownerSk: `${timeKey(exception.foundAt)}#${exception.id}`,
});

/** @throws ZodError when the item is not an exception. */
export const fromExceptionItem = (item: Item): Exception => schema.parse(item);
