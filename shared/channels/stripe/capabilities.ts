/** What Stripe can carry: currencies with their ranges, refund rules and limits. */
import type { ChannelCapabilities, CurrencyRange } from "../channel.ts";
import { maxInMinorUnits, stepInMinorUnits } from "./amounts.ts";

/**
 * Smallest charge per currency in ISO minor units. Where Stripe prints no figure of its own (it then asks
 * for about half a US dollar) the number here is chosen above that.
 * @see https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
 */
const minimums = {
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

const range = ([currency, min]: readonly [string, number]): readonly [string, CurrencyRange] => [
  currency,
  { min, max: maxInMinorUnits(currency), step: stepInMinorUnits(currency) },
];

const DAY_MS = 86_400_000;

export const stripeCapabilities: ChannelCapabilities = {
  currencies: Object.fromEntries(Object.entries(minimums).map(range)),
  clientAction: "stripe_client_secret",
  refunds: { supported: true, partial: true, multiple: true, mayFailAfterSuccess: true },
  // A PaymentIntent never expires by itself: whoever sets a deadline has to close it.
  expiry: { kind: "none" },
  canClose: true,
  // Search by metadata lags behind writes, so it cannot answer for a payment just made.
  canQueryByPaymentId: false,
  idempotencyWindowMs: DAY_MS,
  payouts: false,
};
