/**
 * Amounts between our ISO 4217 minor units and Stripe's integer amounts.
 *
 * The two agree for most currencies. They differ where Stripe keeps old habits (ISK and UGX travel as if
 * they had two decimals) or ignores a subunit that ISO lists (MGA).
 * @see https://docs.stripe.com/currencies#special-cases
 */
import type { ChannelMoney } from "../facts.ts";

/** Stripe refuses an amount of more than eight digits. */
export const MAX_STRIPE_AMOUNT = 99_999_999;

/** Stripe units = ISO minor units × up ÷ down; the Stripe amount must be a multiple of `step`. */
interface Scale {
  readonly up: number;
  readonly down: number;
  readonly step: number;
}

const same: Scale = { up: 1, down: 1, step: 1 };
const asTwoDecimal: Scale = { up: 100, down: 1, step: 100 };
const threeDecimal: Scale = { up: 1, down: 1, step: 10 };
const withoutSubunit: Scale = { up: 1, down: 100, step: 1 };

/** Currencies where copying the number would be wrong or where the last digit is not free. */
const scales: ReadonlyMap<string, Scale> = new Map([
  ["ISK", asTwoDecimal],
  ["UGX", asTwoDecimal],
  ["BHD", threeDecimal],
  ["JOD", threeDecimal],
  ["KWD", threeDecimal],
  ["OMR", threeDecimal],
  ["TND", threeDecimal],
  ["MGA", withoutSubunit],
]);

const scaleOf = (currency: string): Scale => scales.get(currency) ?? same;

/** The outcome of a conversion to the wire. */
export type StripeAmount =
  | { readonly ok: true; readonly amount: number; readonly currency: string }
  | {
      readonly ok: false;
      readonly code: "amount_not_representable" | "amount_too_large" | "invalid_currency";
    };

/**
 * Our money as Stripe wants it: an integer and a lower-case code.
 * Refuses zero, negatives, fractions, steps Stripe cannot express and more than eight digits.
 */
export function toStripeAmount(money: ChannelMoney): StripeAmount {
  if (!/^[A-Z]{3}$/.test(money.currency)) return { ok: false, code: "invalid_currency" };
  const { up, down, step } = scaleOf(money.currency);
  if (!Number.isSafeInteger(money.value) || money.value <= 0)
    return { ok: false, code: "amount_not_representable" };
  const amount = (money.value * up) / down;
  if (amount > MAX_STRIPE_AMOUNT) return { ok: false, code: "amount_too_large" };
  // A fraction leaves a remainder too, whatever the step is.
  if (amount % step !== 0) return { ok: false, code: "amount_not_representable" };
  return { ok: true, amount, currency: money.currency.toLowerCase() };
}

/**
 * A Stripe amount as our money, or `undefined` when it has no exact ISO value (an ISK amount such as 150)
 * or is not a non-negative integer.
 */
export function fromStripeAmount(amount: number, currency: string): ChannelMoney | undefined {
  const code = currency.toUpperCase();
  if (!/^[A-Z]{3}$/.test(code) || !Number.isSafeInteger(amount) || amount < 0) return undefined;
  const { up, down } = scaleOf(code);
  const value = (amount * down) / up;
  return Number.isSafeInteger(value) ? { value, currency: code } : undefined;
}

/** The step between valid amounts of a currency, in ISO minor units. */
export function stepInMinorUnits(currency: string): number {
  const { up, down, step } = scaleOf(currency);
  return Math.max(1, (step * down) / up);
}

/** The largest valid amount of a currency, in ISO minor units. */
export function maxInMinorUnits(currency: string): number {
  const { up, down, step } = scaleOf(currency);
  return ((MAX_STRIPE_AMOUNT - (MAX_STRIPE_AMOUNT % step)) * down) / up;
}
