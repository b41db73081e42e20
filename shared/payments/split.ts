/** How a payment is split between the payer's balance and a channel. Pure. */
import type { CurrencyRange } from "../channels/capabilities.ts";

/** Minor units; they sum to the amount. */
export type Split = { readonly fromBalance: number; readonly byChannel: number };

const roundedUp = (value: number, step: number): number => Math.ceil(value / step) * step;

/**
 * The balance first, and as little by the channel as it takes: what is missing, rounded up to what the channel can
 * carry. Then the balance gives a little less than it has.
 * @param available what the balance has, in minor units
 * @param range what the channel carries in this currency
 * @returns `undefined` when the channel cannot carry what is missing.
 */
export function splitOf(amount: number, available: number, range: CurrencyRange): Split | undefined {
  const missing = amount - Math.min(Math.max(0, available), amount);
  if (missing === 0) return { fromBalance: amount, byChannel: 0 };
  const byChannel = roundedUp(Math.max(missing, range.min), range.step);
  return byChannel > Math.min(amount, range.max) ? undefined : { fromBalance: amount - byChannel, byChannel };
}

/** Whether a channel can carry an amount at all. */
export const isCarried = (value: number, { min, max, step }: CurrencyRange): boolean =>
  value >= min && value <= max && value % step === 0;
