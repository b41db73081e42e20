/** Amounts as decimal text (`12.30`), exactly: no floating point on the way. */
import { exponentOf, isCurrency } from "../money/currencies.ts";
import type { ChannelMoney } from "./facts.ts";

/** `12.30` for 1230 USD, `500` for 500 JPY. @throws RangeError on a currency we do not know or a negative amount. */
export function toDecimal({ value, currency }: ChannelMoney): string {
  if (!isCurrency(currency)) throw new RangeError(`${currency} is not a known currency`);
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is not an amount`);
  const exponent = exponentOf(currency);
  if (exponent === 0) return String(value);
  const digits = String(value).padStart(exponent + 1, "0");
  return `${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/**
 * Minor units of a decimal text; `undefined` for exponents, signs, blanks, more places than the currency has (zeros
 * beyond them are fine), or what does not fit a safe integer.
 */
export function parseDecimal(text: string, currency: string): number | undefined {
  if (!isCurrency(currency)) return undefined;
  const match = /^(\d{1,15})(?:\.(\d{1,15}))?$/.exec(text);
  if (match === null) return undefined;
  const [, whole = "", places = ""] = match;
  const exponent = exponentOf(currency);
  if (!/^0*$/.test(places.slice(exponent))) return undefined;
  const value = Number(whole + places.slice(0, exponent).padEnd(exponent, "0"));
  return Number.isSafeInteger(value) ? value : undefined;
}
