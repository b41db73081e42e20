/** What a provider is expected to keep of a payment, where the stage says so. */
import * as z from "zod";

/** Of one channel and currency; amounts in minor units. */
export const feeRule = z.strictObject({
  /** Hundredths of a per cent of the payment. */
  basisPoints: z.int().min(0).max(10_000),
  fixed: z.int().min(0),
  /** A difference up to this is not told. */
  tolerance: z.int().min(0),
});
export type FeeRule = z.output<typeof feeRule>;

/** Channel → currency → rule. */
export const feeRules = z.record(z.string(), z.record(z.string(), feeRule));
export type FeeRules = z.output<typeof feeRules>;

export const expectedFee = ({ basisPoints, fixed }: FeeRule, amount: number): number =>
  Math.round((amount * basisPoints) / 10_000) + fixed;

export const isExpected = (rule: FeeRule, amount: number, fee: number): boolean =>
  Math.abs(fee - expectedFee(rule, amount)) <= rule.tolerance;
