/** Splitting money so that the parts sum to the whole, by the method of the largest remainder (Hamilton). */
import { type Money, minorUnits } from "./money.ts";

/**
 * Splits a sum in proportion to non-negative integer weights. Parts sum to the whole exactly; each part is within
 * one minor unit of its exact share; equal remainders go to the earlier part. A negative sum is split as its
 * mirror image.
 * @throws RangeError when there is no weight, a weight is not a non-negative safe integer, or all are zero.
 */
export function allocate(whole: Money, weights: readonly number[]): Money[] {
  if (!weights.every((weight) => Number.isSafeInteger(weight) && weight >= 0)) {
    throw new RangeError("weights are non-negative safe integers");
  }
  const total = weights.reduce((sum, weight) => sum + BigInt(weight), 0n);
  if (total === 0n) throw new RangeError("an allocation needs a weight above zero");

  // BigInt: a sum times a weight leaves the range of safe integers long before either does.
  const size = BigInt(Math.abs(whole.value));
  const shares = weights.map((weight, index) => {
    const product = size * BigInt(weight);
    return { index, floor: product / total, remainder: product % total };
  });
  let left = size - shares.reduce((sum, share) => sum + share.floor, 0n);
  // The sort is stable, so equal remainders stay in order.
  const byRemainder = shares.toSorted((a, b) => Number(b.remainder - a.remainder));
  const parts = shares.map((share) => share.floor);
  for (const share of byRemainder) {
    if (left === 0n) break;
    parts[share.index] = share.floor + 1n;
    left -= 1n;
  }
  const sign = Math.sign(whole.value);
  return parts.map((part) => ({ value: minorUnits(sign * Number(part)), currency: whole.currency }));
}
