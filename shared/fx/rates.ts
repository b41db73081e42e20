/**
 * Rates of exchange and what an amount becomes. Rates are decimal text and are multiplied as whole numbers, so an
 * amount is the same on every machine; every rounding is against whoever exchanges, so no round trip ever gains.
 */
import * as z from "zod";
import { type Currency, currencyCodes, exponentOf } from "../money/currencies.ts";
import { type Money, minorUnits } from "../money/money.ts";
import type { EpochMs } from "../platform/clock.ts";
import { err, ok, type Result } from "../result.ts";

/** A positive decimal number with at most 10 places: `0.9154`. */
export const rateSchema = z
  .string()
  .regex(/^\d{1,9}(\.\d{1,10})?$/, "is not a decimal rate")
  .refine((text) => /[1-9]/.test(text), "must not be zero");

const PLACES = 10;
const ONE = 10n ** BigInt(PLACES);

/** A rate as a whole number of 10⁻¹⁰. */
function scaled(rate: string): bigint {
  const [whole = "0", places = ""] = rate.split(".");
  return BigInt(whole + places.padEnd(PLACES, "0"));
}

/** What one unit of `base` buys of each other currency, as somebody published it. */
export type Rates = {
  readonly base: Currency;
  readonly rates: Readonly<Partial<Record<Currency, string>>>;
  /** Kept from every exchange, in hundredths of a percent. */
  readonly spreadBasisPoints: number;
  /** When the rates were true. */
  readonly asOf: EpochMs;
};

export const ratesSchema = z.strictObject({
  base: z.enum(currencyCodes),
  rates: z.partialRecord(z.enum(currencyCodes), rateSchema),
  spreadBasisPoints: z.int().min(0).max(1_000),
});

export type FxRefusal = {
  readonly code: "no-rate" | "amount-too-small" | "amount-too-large";
};

/** Twelve digits of minor units, as for every amount that a caller may name. */
const MAX_VALUE = 999_999_999_999n;

/** Both amounts of an exchange, and the rate between them after the spread. */
export type Exchange = {
  readonly sell: Money;
  readonly buy: Money;
  /** Major units of `buy` for one major unit of `sell`, spread taken off; at most ten places. */
  readonly rate: string;
};

const perBase = ({ base, rates }: Rates, currency: Currency): bigint | undefined => {
  if (currency === base) return ONE;
  const rate = rates[currency];
  return rate === undefined ? undefined : scaled(rate);
};

/** Buying minor units = selling minor units × numerator ÷ denominator. */
type Ratio = { readonly numerator: bigint; readonly denominator: bigint };

function ratioOf(rates: Rates, from: Currency, to: Currency): Ratio | undefined {
  const sold = perBase(rates, from);
  const bought = perBase(rates, to);
  if (sold === undefined || bought === undefined) return undefined;
  const kept = BigInt(10_000 - rates.spreadBasisPoints);
  const shift = exponentOf(to) - exponentOf(from);
  return {
    numerator: bought * kept * (shift > 0 ? 10n ** BigInt(shift) : 1n),
    denominator: sold * 10_000n * (shift < 0 ? 10n ** BigInt(-shift) : 1n),
  };
}

const ceilDivide = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

const shown = (rates: Rates, from: Currency, to: Currency): string => {
  const sold = perBase(rates, from) ?? ONE;
  const bought = perBase(rates, to) ?? ONE;
  const rate = (bought * BigInt(10_000 - rates.spreadBasisPoints) * ONE) / (sold * 10_000n);
  const digits = rate.toString().padStart(PLACES + 1, "0");
  return `${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`.replace(/\.?0+$/, "");
};

/** What is bought for `sell`: rounded down. */
export function buyFor(rates: Rates, sell: Money, to: Currency): Result<Exchange, FxRefusal> {
  const ratio = ratioOf(rates, sell.currency, to);
  if (ratio === undefined) return err({ code: "no-rate" });
  const value = (BigInt(sell.value) * ratio.numerator) / ratio.denominator;
  if (value < 1n) return err({ code: "amount-too-small" });
  if (value > MAX_VALUE) return err({ code: "amount-too-large" });
  return ok({
    sell,
    buy: { value: minorUnits(Number(value)), currency: to },
    rate: shown(rates, sell.currency, to),
  });
}

/** What has to be sold for `buy`: rounded up. */
export function sellFor(rates: Rates, from: Currency, buy: Money): Result<Exchange, FxRefusal> {
  const ratio = ratioOf(rates, from, buy.currency);
  if (ratio === undefined) return err({ code: "no-rate" });
  const value = ceilDivide(BigInt(buy.value) * ratio.denominator, ratio.numerator);
  if (value > MAX_VALUE) return err({ code: "amount-too-large" });
  return ok({
    sell: { value: minorUnits(Number(value)), currency: from },
    buy,
    rate: shown(rates, from, buy.currency),
  });
}
