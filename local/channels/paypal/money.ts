/** Amounts on PayPal's wire and in this simulator: decimal text outside, integers of ISO 4217 minor units inside. */

/** Decimal places that PayPal takes. */
const places: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    "AUD BRL CAD CHF CNY CZK DKK EUR GBP HKD ILS INR MXN MYR NOK NZD PHP PLN SEK SGD THB USD"
      .split(" ")
      .map((code) => [code, 2]),
  ),
  HUF: 0,
  JPY: 0,
  TWD: 0,
};

/** Decimal places that ISO 4217 gives those currencies. */
const isoPlaces = (currency: string): number => (currency === "JPY" ? 0 : 2);

export type AmountProblem =
  | "INVALID_CURRENCY_CODE"
  | "INVALID_PARAMETER_SYNTAX"
  | "DECIMALS_NOT_SUPPORTED"
  | "DECIMAL_PRECISION"
  | "CANNOT_BE_ZERO_OR_NEGATIVE"
  | "MAX_VALUE_EXCEEDED";

/** Minor units of an amount in a request, or PayPal's word for what is wrong with it. */
export function readAmount(value: string, currency: string): number | AmountProblem {
  const allowed = places[currency];
  if (allowed === undefined) return "INVALID_CURRENCY_CODE";
  const match = /^(-?)([0-9]*)(?:[.]([0-9]+))?$/.exec(value);
  const [, sign = "", whole = "", decimals = ""] = match ?? [];
  if (match === null || (whole === "" && decimals === "")) return "INVALID_PARAMETER_SYNTAX";
  if (decimals.length > allowed) return allowed === 0 ? "DECIMALS_NOT_SUPPORTED" : "DECIMAL_PRECISION";
  const minor = Number(whole + decimals.padEnd(isoPlaces(currency), "0"));
  if (sign === "-" || minor === 0) return "CANNOT_BE_ZERO_OR_NEGATIVE";
  return whole.length > 7 ? "MAX_VALUE_EXCEEDED" : minor;
}

/** Minor units as PayPal prints them; negative where money left. */
export function printAmount(minor: number, currency: string): string {
  const iso = isoPlaces(currency);
  const digits = String(Math.abs(minor)).padStart(iso + 1, "0");
  const whole = iso === 0 ? digits : digits.slice(0, -iso);
  const shown = places[currency] ?? iso;
  return `${minor < 0 ? "-" : ""}${whole}${shown === 0 ? "" : `.${digits.slice(-iso)}`}`;
}

/** `{currency_code, value}` */
export const moneyOf = (minor: number, currency: string) => ({
  currency_code: currency,
  value: printAmount(minor, currency),
});
