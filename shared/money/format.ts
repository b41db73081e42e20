/** Money as text for people: notifications, logs of commands. Never for a channel's wire form. */
import { exponentOf } from "./currencies.ts";
import type { Money } from "./money.ts";

/** `12.50 USD`, `-3 JPY`: plain digits with the currency's own number of places, without grouping. */
export function formatMoney({ value, currency }: Money): string {
  const places = exponentOf(currency);
  const digits = String(Math.abs(value)).padStart(places + 1, "0");
  const whole = digits.slice(0, digits.length - places);
  const fraction = places === 0 ? "" : `.${digits.slice(-places)}`;
  return `${value < 0 ? "-" : ""}${whole}${fraction} ${currency}`;
}
