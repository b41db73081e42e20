/**
 * C = f(T, N, D): what a channel takes for a payment, in minor units of its currency, from the stage's fee table.
 * N is the amount and the number of payments this month, which decides the tier; D chooses the row; T adds what a
 * channel asks outside its business days.
 */
import * as z from "zod";
import { type Distance, distances } from "./distance.ts";

/** Hundredths of a percent, and a fixed part in minor units. */
const feeSchema = z.object({
  basisPoints: z.number().min(0).max(10_000),
  fixed: z.int().min(0).default(0),
  /** From this many payments a month on, this row's `basisPoints` is lowered to the tier's. Ascending. */
  tiers: z
    .array(z.object({ from: z.int().min(1), basisPoints: z.number().min(0).max(10_000) }))
    .refine(
      (tiers) =>
        tiers.every((tier, index) => {
          const before = tiers[index - 1];
          return before === undefined || (tier.from > before.from && tier.basisPoints <= before.basisPoints);
        }),
      "must ascend in number and must not get dearer",
    )
    .default([]),
});
export type Fee = z.output<typeof feeSchema>;

export const feeTableSchema = z.object({
  /** Where the channel acquires: ISO 3166-1 alpha-2. */
  country: z.string().regex(/^[A-Z]{2}$/),
  fees: z.object({
    "same-region": feeSchema,
    "cross-region": feeSchema.optional(),
    "cross-border": feeSchema.optional(),
  }),
  /** Added on Saturdays and Sundays, in basis points. */
  weekendBasisPoints: z.number().min(0).max(1_000).default(0),
});
export type FeeTable = z.output<typeof feeTableSchema>;

export type CostInput = {
  /** Minor units. */
  readonly value: number;
  readonly distance: Distance;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Payments through this channel in the last 30 days. */
  readonly monthly: number;
};

/** Days are UTC's: what differs by some hours at the edges of a weekend is a fraction of a percent. */
export const isWeekend = (at: number): boolean => [0, 6].includes(new Date(at).getUTCDay());

/** The row for a distance, or that of the nearest shorter one: a table that lists one row charges it everywhere. */
export function feeFor({ fees }: FeeTable, distance: Distance): Fee {
  const upTo = distances.slice(0, distances.indexOf(distance) + 1);
  return upTo.map((known) => fees[known]).findLast((fee) => fee !== undefined) ?? fees["same-region"];
}

/**
 * Minor units, rounded up: a provider never rounds in our favour. Never less for more money, a longer distance's row
 * aside; never more for a higher number of payments.
 */
export function costOf(table: FeeTable, { value, distance, at, monthly }: CostInput): number {
  const fee = feeFor(table, distance);
  const tier = fee.tiers.findLast(({ from }) => monthly >= from);
  const basisPoints = (tier?.basisPoints ?? fee.basisPoints) + (isWeekend(at) ? table.weekendBasisPoints : 0);
  return fee.fixed + Math.ceil((value * basisPoints) / 10_000);
}
