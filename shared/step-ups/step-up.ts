/**
 * A step-up: one operation on money that its owner has confirmed with their PIN. It is bound to who asks, what for, how
 * much and to whom; it ends soon, and it is used once.
 */
import * as z from "zod";
import { fingerprintOf } from "../http/idempotency.ts";
import { accountIdSchema, moneySchema, stepUpIdSchema } from "../http/schemas.ts";
import type { Money } from "../money/money.ts";
import { DAY, type EpochMs, MINUTE, toEpochSeconds } from "../platform/clock.ts";
import type { AccountId, StepUpId } from "../platform/ids.ts";
import { keys } from "../table/keys.ts";
import type { Item } from "../table/table.ts";

export const stepUpOperations = ["transfer", "payment", "withdrawal", "refund", "request"] as const;
export type StepUpOperation = (typeof stepUpOperations)[number];

/** Time to type a PIN and send the operation. @see Regulation (EU) 2018/389, article 4(3)(d): five minutes at most. */
export const STEP_UP_MS = 5 * MINUTE;

/** What a step-up is good for. */
export type StepUpSubject = {
  readonly accountId: AccountId;
  readonly operation: StepUpOperation;
  readonly amount: Money;
  /** Who gets it, where it is a person. */
  readonly payee?: AccountId;
};

export type StepUp = StepUpSubject & {
  readonly id: StepUpId;
  readonly status: "pending" | "approved" | "used";
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
};

/** One text for everything a step-up is bound to. @see Regulation (EU) 2018/389, article 5: dynamic linking. */
export const bindingOf = ({ accountId, operation, amount, payee }: StepUpSubject): string =>
  fingerprintOf(accountId, operation, amount.value, amount.currency, payee ?? "");

export const isExpired = ({ expiresAt }: Pick<StepUp, "expiresAt">, now: EpochMs): boolean =>
  now >= expiresAt;

const schema = z.object({
  id: stepUpIdSchema,
  accountId: accountIdSchema,
  operation: z.enum(stepUpOperations),
  amount: moneySchema,
  payee: accountIdSchema.optional(),
  status: z.enum(["pending", "approved", "used"]),
  createdAt: z.int(),
  expiresAtMs: z.int(),
});

/** @throws ZodError when the item is no step-up. */
export const fromStepUpItem = (item: Item): StepUp => {
  const { expiresAtMs, payee, ...rest } = schema.parse(item);
  return { ...rest, expiresAt: expiresAtMs, ...(payee === undefined ? {} : { payee }) };
};

/** `expiresAt` is the table's time-to-live attribute: the item goes a day after it is of no use any more. */
export const toStepUpItem = ({ expiresAt, ...stepUp }: StepUp): Item => ({
  ...keys.stepUp(stepUp.id),
  ...stepUp,
  binding: bindingOf(stepUp),
  expiresAtMs: expiresAt,
  expiresAt: toEpochSeconds(expiresAt + DAY),
});
