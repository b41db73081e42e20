/** What Paytm can do for this product. */
import { DAY, HOUR, MINUTE } from "../../platform/clock.ts";
import type { ChannelCapabilities } from "../capabilities.ts";
import type { ChannelDeclined, ChannelMoney } from "../facts.ts";

/** How long a transaction token can be paid with. */
export const TOKEN_LIFE_MS = 15 * MINUTE;

/** How long a create may be repeated; after the first token's life it would be another payment window. */
const CREATE_WINDOW_MS = TOKEN_LIFE_MS;

/** When no token of a payment can be good any more, counted from its creation on our side. */
export const LAPSED_AFTER_MS = CREATE_WINDOW_MS + TOKEN_LIFE_MS;

/** One rupee to one lakh, which is the ordinary ceiling of a UPI payment. */
const INR = { min: 1_00, max: 100_000_00, step: 1 } as const;

/**
 * `close: "no"`: there is no call for an unpaid order; its token lapses. A refund counts as succeeded once Paytm has
 * handed it to the payer's bank, so it can still come back.
 */
export const paytmCapabilities: ChannelCapabilities = {
  currencies: { INR },
  capture: "automatic",
  expiry: { kind: "fixed", maxMs: TOKEN_LIFE_MS },
  close: "no",
  idempotencyWindowMs: CREATE_WINDOW_MS,
  refunds: {
    supported: true,
    partial: true,
    maxCount: 50,
    windowMs: 180 * DAY,
    minIntervalMs: 0,
    // Paytm goes by our number of a refund and never forgets one.
    idempotencyWindowMs: 180 * DAY,
    mayFailAfterSuccess: true,
  },
  payouts: {
    supported: false,
    reason: "Paytm's payouts are a separate product under a contract of its own, not open to new merchants.",
  },
  disputes: false,
  statement: { kind: "file", utcOffsetMinutes: 330, readyAfterMs: 12 * HOUR, covers: ["payment", "refund"] },
};

/** The refusal of an amount that Paytm is known not to take, before it is asked; `undefined` for one that it takes. */
export function refusalOf({ value, currency }: ChannelMoney): ChannelDeclined | undefined {
  if (currency !== "INR") {
    return { outcome: "declined", reason: "currency-not-accepted", code: "CURRENCY_NOT_SUPPORTED" };
  }
  return Number.isSafeInteger(value) && value >= INR.min && value <= INR.max
    ? undefined
    : { outcome: "declined", reason: "amount-not-accepted", code: "AMOUNT_NOT_SUPPORTED" };
}
