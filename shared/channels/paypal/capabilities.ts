/** What PayPal can do for this product. */
import { DAY, HOUR } from "../../platform/clock.ts";
import type { ChannelCapabilities, CurrencyRanges } from "../capabilities.ts";
import type { ChannelDeclined, ChannelMoney } from "../facts.ts";
import { stepOf } from "./amounts.ts";

/**
 * Currencies that an account of any country takes. BRL, CNY, INR and MYR are for accounts of those countries alone.
 * @see https://developer.paypal.com/reference/currency-codes/
 */
const codes = [
  "AUD",
  "CAD",
  "CHF",
  "CZK",
  "DKK",
  "EUR",
  "GBP",
  "HKD",
  "HUF",
  "ILS",
  "JPY",
  "MXN",
  "NOK",
  "NZD",
  "PHP",
  "PLN",
  "SEK",
  "SGD",
  "THB",
  "TWD",
  "USD",
] as const;

/** Seven digits before the point. What an account may move at once is PayPal's own decision, and comes as a refusal. */
const MAX_WHOLE = 9_999_999;

const currencies: CurrencyRanges = Object.fromEntries(
  codes.map((code) => {
    const step = stepOf(code);
    const whole = code === "JPY" ? 1 : 100;
    return [code, { min: step, max: MAX_WHOLE * whole + (whole - step), step }];
  }),
);

/** An order that nobody approved lapses about this long after its creation. */
export const ORDER_LAPSE_MS = 3 * HOUR;

/** How long a repeat with the same `PayPal-Request-Id` is known again. */
const REQUEST_ID_MS = 6 * HOUR;

/**
 * `close: "no"`: PayPal has no call that cancels an order; it lapses. What a close means nevertheless is said at
 * `closePayment`. An unclaimed payout goes back after 30 days.
 */
export const payPalCapabilities: ChannelCapabilities = {
  currencies,
  capture: "ours",
  expiry: { kind: "fixed", maxMs: ORDER_LAPSE_MS },
  close: "no",
  idempotencyWindowMs: REQUEST_ID_MS,
  refunds: {
    supported: true,
    partial: true,
    maxCount: 10,
    windowMs: 180 * DAY,
    minIntervalMs: 0,
    mayFailAfterSuccess: false,
  },
  payouts: {
    supported: true,
    currencies,
    mayNeedAction: true,
    actionWindowMs: 30 * DAY,
    // No time is documented; a month is what most returns need.
    returnsWithinMs: 30 * DAY,
    cancel: true,
  },
  disputes: true,
  statement: {
    kind: "pages",
    utcOffsetMinutes: 0,
    readyAfterMs: 3 * HOUR,
    // Withdrawals to a bank, ordered or automatic.
    settlements: ["T0400", "T0401"],
  },
};

/** The refusal of an amount that PayPal is known not to take, before it is asked; `undefined` for one that it takes. */
export function refusalOf({ value, currency }: ChannelMoney): ChannelDeclined | undefined {
  const range = currencies[currency];
  if (range === undefined) {
    return { outcome: "declined", reason: "currency-not-accepted", code: "CURRENCY_NOT_SUPPORTED" };
  }
  return Number.isSafeInteger(value) && value >= range.min && value <= range.max && value % range.step === 0
    ? undefined
    : { outcome: "declined", reason: "amount-not-accepted", code: "AMOUNT_NOT_SUPPORTED" };
}
