/** Money as a safe integer of minor units with its ISO 4217 currency; never a float. */
import { err, ok, type Result } from "../result.ts";
import { type Currency, isCurrency } from "./currencies.ts";

/** A safe integer of a currency's minor unit (cents for USD). Made only by `minorUnits`, so it has been checked. */
export type MinorUnits = number & { readonly __brand: "MinorUnits" };

export type Money = { readonly value: MinorUnits; readonly currency: Currency };

export type MoneyRefusal =
  | { readonly code: "not-minor-units"; readonly value: unknown }
  | { readonly code: "unknown-currency"; readonly currency: unknown };

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

/** The parser for values from outside: refuses instead of throwing. */
export const parseMoney = (value: unknown, currency: unknown): Result<Money, MoneyRefusal> => {
  if (typeof value !== "number" || !Number.isSafeInteger(value))
    return err({ code: "not-minor-units", value });
  if (typeof currency !== "string" || !isCurrency(currency))
    return err({ code: "unknown-currency", currency });
  return ok({ value: minorUnits(value), currency });
};

const sameCurrency = (a: Money, b: Money): void => {
  if (a.currency !== b.currency) throw new TypeError(`${a.currency} and ${b.currency} do not add up`);
};

/** @throws TypeError when the currencies differ, RangeError on overflow. */
export const add = (a: Money, b: Money): Money => {
  sameCurrency(a, b);
  return { value: minorUnits(a.value + b.value), currency: a.currency };
};

/** @throws TypeError when the currencies differ, RangeError on overflow. */
export const subtract = (a: Money, b: Money): Money => {
  sameCurrency(a, b);
  return { value: minorUnits(a.value - b.value), currency: a.currency };
};

export const negate = (a: Money): Money => ({ value: minorUnits(-a.value), currency: a.currency });

/** Negative, zero or positive as `a` is less than, equal to or more than `b`. @throws TypeError on two currencies. */
export const compare = (a: Money, b: Money): number => {
  sameCurrency(a, b);
  return a.value - b.value;
};

export const isPositive = (a: Money): boolean => a.value > 0;

export const equals = (a: Money, b: Money): boolean => a.currency === b.currency && a.value === b.value;
