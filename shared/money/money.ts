/** Money as a safe integer of minor units with its ISO 4217 currency; never a float. */
import { type Currency, isCurrency } from "./currencies.ts";

/** A safe integer of a currency's minor unit (cents for USD). Made only by `minorUnits`, so it has been checked. */
export type MinorUnits = number & { readonly __brand: "MinorUnits" };

export type Money = { readonly value: MinorUnits; readonly currency: Currency };

/** @throws RangeError when the value is not a safe integer: a fraction or an overflow is a bug, not an answer. */
export const minorUnits = (value: number): MinorUnits => {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not a safe integer of minor units`);
  // Minus zero would print and hash differently from zero.
  return (value === 0 ? 0 : value) as MinorUnits;
};

/** @throws RangeError on a value that is not a safe integer, TypeError on an unknown currency. */
export const money = (value: number, currency: string): Money => {
  if (!isCurrency(currency)) throw new TypeError(`${currency} is not a known currency`);
  return { value: minorUnits(value), currency };
};

/** @throws TypeError when the currencies differ, RangeError on overflow. */
export const add = (a: Money, b: Money): Money => {
  if (a.currency !== b.currency) throw new TypeError(`${a.currency} and ${b.currency} do not add up`);
  return { value: minorUnits(a.value + b.value), currency: a.currency };
};

export const negate = (a: Money): Money => ({ value: minorUnits(-a.value), currency: a.currency });

export const equals = (a: Money, b: Money): boolean => a.currency === b.currency && a.value === b.value;
