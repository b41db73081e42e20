/** The shapes that contracts share: ids, money, times, lists. */
import * as z from "zod";
import { currencyCodes } from "../money/currencies.ts";
import { type Money, minorUnits } from "../money/money.ts";
import { type Id, type IdKind, idPattern } from "../platform/ids.ts";

const idSchema = <K extends IdKind>(kind: K) =>
  z
    .string()
    .regex(idPattern(kind), `is not an id of this kind (${kind})`)
    .transform((text) => text as Id<K>);

export const accountIdSchema = idSchema("account");
export const paymentIdSchema = idSchema("payment");
export const refundIdSchema = idSchema("refund");
export const payoutIdSchema = idSchema("payout");
export const disputeIdSchema = idSchema("dispute");
export const reconciliationIdSchema = idSchema("reconciliation");
export const exceptionIdSchema = idSchema("exception");
export const transferIdSchema = idSchema("transfer");
export const paymentRequestIdSchema = idSchema("paymentRequest");
export const quoteIdSchema = idSchema("quote");
export const holdIdSchema = idSchema("hold");
export const postIdSchema = idSchema("post");
export const commentIdSchema = idSchema("comment");
export const campaignIdSchema = idSchema("campaign");
export const notificationIdSchema = idSchema("notification");
export const stepUpIdSchema = idSchema("stepUp");

/** Schemas with an id are described once in the API document. */
export const currencySchema = z.enum(currencyCodes).meta({ id: "Currency", description: "ISO 4217" });

/** Any amount, negative ones too, in minor units. */
export const moneySchema = z
  .strictObject({ value: z.int(), currency: currencySchema })
  .meta({ id: "Money", description: "An integer of the currency's minor units" })
  .transform((value): Money => ({ value: minorUnits(value.value), currency: value.currency }));

/** An amount above zero: what a caller may ask to move. At most 12 digits, far inside the safe integers. */
export const positiveMoneySchema = z
  .strictObject({ value: z.int().min(1).max(999_999_999_999), currency: currencySchema })
  .meta({ id: "PositiveMoney", description: "An integer of the currency's minor units, above zero" })
  .transform((value): Money => ({ value: minorUnits(value.value), currency: value.currency }));

/** RFC 3339 in UTC. */
export const timestampSchema = z.iso.datetime();

export const handleSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{2,23}$/, "3 to 24 lower-case letters, digits and underscores, a letter first");

/** Text that a person wrote: trimmed, without control characters or lone surrogates. */
export const personText = (maxLength: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxLength)
    .refine(
      (text) => text.isWellFormed() && !/[\p{Cc}\p{Cs}]/u.test(text.replaceAll("\n", "")),
      "has characters that are not text",
    );

/** The query of every list. */
export const pageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(25),
  cursor: z.string().max(1024).optional(),
});

/** `{items, nextCursor?}`: the reply of every list; the last page has no cursor. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().optional() });
