/** The currencies that are offered through Stripe, with what can be charged and paid out in each. */
import type { CurrencyRange, CurrencyRanges } from "../capabilities.ts";
import type { ChannelDeclined, ChannelMoney } from "../facts.ts";
import { maxInMinorUnits, stepInMinorUnits, toStripeAmount } from "./amounts.ts";

/**
 * Smallest charge per currency in ISO minor units. Where Stripe prints no figure of its own (it then asks
 * for about half a US dollar) the number here is chosen above that.
 * @see https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
 */
const smallestCharges = {
  AED: 200,
  AUD: 50,
  BHD: 250,
  BRL: 50,
  CAD: 50,
  CHF: 50,
  CZK: 15_00,
  DKK: 250,
  EUR: 50,
  GBP: 30,
  HKD: 400,
  HUF: 175_00,
  INR: 50,
  ISK: 100,
  JPY: 50,
  KRW: 1000,
  KWD: 250,
  MXN: 10_00,
  MYR: 200,
  NOK: 300,
  NZD: 50,
  PLN: 200,
  RON: 200,
  SEK: 300,
  SGD: 50,
  THB: 10_00,
  TWD: 20_00,
  USD: 50,
} as const;

/** Paid out to banks in whole units only, so what reaches an account by transfer should be whole too. */
const wholeUnitPayouts: ReadonlySet<string> = new Set(["HUF", "TWD"]);

const rangesBy = (rangeOf: (currency: string, smallest: number) => CurrencyRange): CurrencyRanges =>
  Object.fromEntries(
    Object.entries(smallestCharges).map(([currency, smallest]) => [currency, rangeOf(currency, smallest)]),
  );

export const chargeRanges = rangesBy((currency, min) => ({
  min,
  max: maxInMinorUnits(currency),
  step: stepInMinorUnits(currency),
}));

/** A transfer has no smallest amount but the currency's own step. */
export const transferRanges = rangesBy((currency) => {
  const step = wholeUnitPayouts.has(currency) ? 100 : stepInMinorUnits(currency);
  const max = maxInMinorUnits(currency);
  return { min: step, max: max - (max % step), step };
});

const refused = (reason: ChannelDeclined["reason"], code: string): ChannelDeclined => ({
  outcome: "declined",
  reason,
  code,
});

/** An amount as Stripe wants it, or the refusal that the ranges make certain before anything is sent. */
export function stripeAmountWithin(
  ranges: CurrencyRanges,
  money: ChannelMoney,
): { readonly amount: number; readonly currency: string } | ChannelDeclined {
  const range = Object.hasOwn(ranges, money.currency) ? ranges[money.currency] : undefined;
  if (range === undefined) return refused("currency-not-accepted", "invalid_currency");
  if (money.value < range.min) return refused("amount-not-accepted", "amount_too_small");
  if (money.value % range.step !== 0) return refused("amount-not-accepted", "amount_not_representable");
  const wire = toStripeAmount(money);
  return wire.ok
    ? { amount: wire.amount, currency: wire.currency }
    : refused("amount-not-accepted", wire.code);
}
