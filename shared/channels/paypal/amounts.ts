/**
 * Amounts between our ISO 4217 minor units and PayPal's decimal text. The two differ where PayPal takes no decimals
 * of a currency that has them: HUF and TWD travel as whole forints and dollars.
 * @see https://developer.paypal.com/reference/currency-codes/
 */
import { exponentOf, isCurrency } from "../../money/currencies.ts";
import { parseDecimal, toDecimal } from "../decimal.ts";
import type { ChannelMoney } from "../facts.ts";

const wholeOnly: ReadonlySet<string> = new Set(["HUF", "JPY", "TWD"]);

/** The step between amounts that PayPal takes, in ISO minor units. */
export const stepOf = (currency: string): number =>
  isCurrency(currency) && wholeOnly.has(currency) ? 10 ** exponentOf(currency) : 1;

/**
 * `12.30` for 1230 USD, `500` for 50000 HUF. @throws RangeError on a currency we do not know, a negative amount, or
 * one between two steps: whoever calls has checked the amount against the capabilities.
 */
export function toWire(money: ChannelMoney): string {
  if (money.value % stepOf(money.currency) !== 0) {
    throw new RangeError(`${money.value} ${money.currency} has decimals that PayPal does not take`);
  }
  const text = toDecimal(money);
  return wholeOnly.has(money.currency) ? text.replace(/\.0+$/, "") : text;
}

/** A PayPal amount as our money; `undefined` when it is none (a sign, an exponent, too many places). */
export function fromWire(value: string, currency: string): ChannelMoney | undefined {
  const minor = parseDecimal(value, currency);
  return minor === undefined ? undefined : { value: minor, currency };
}

/** Like `fromWire`, with the sign that amounts in reports have. */
export function fromSigned(value: string, currency: string): ChannelMoney | undefined {
  const negative = value.startsWith("-");
  const money = fromWire(negative ? value.slice(1) : value, currency);
  return money === undefined || !negative ? money : { value: 0 - money.value, currency };
}
