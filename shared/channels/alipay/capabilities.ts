/**
 * What Alipay can do for a merchant in mainland China.
 * @see https://opendocs.alipay.com/open/204/105297 (app payment)
 * @see https://opendocs.alipay.com/open/309/106235 (transfers)
 */
import { DAY, HOUR, MINUTE, SECOND } from "../../platform/clock.ts";
import type { ChannelCapabilities } from "../capabilities.ts";
import { BEIJING } from "../local-time.ts";

/** From 0.01 to 100 million yuan. */
export const PAYMENT_RANGE = { CNY: { min: 1, max: 10_000_000_000, step: 1 } } as const;

/** From 0.10 yuan to 50,000, the limit of one transfer to a person. */
export const PAYOUT_RANGE = { CNY: { min: 10, max: 5_000_000, step: 1 } } as const;

export const alipayCapabilities: ChannelCapabilities = {
  currencies: PAYMENT_RANGE,
  capture: "automatic",
  expiry: { kind: "given", minMs: MINUTE, maxMs: 15 * DAY },
  // An order that no payer has opened is not known to Alipay, and its order string stays good until it lapses.
  close: "if-known",
  // Alipay goes by our numbers and never forgets one.
  idempotencyWindowMs: 30 * DAY,
  refunds: {
    supported: true,
    partial: true,
    maxCount: 50,
    // The longest that a contract gives; a shorter one is told by the refusal of a refund.
    windowMs: 365 * DAY,
    minIntervalMs: 3 * SECOND,
    mayFailAfterSuccess: false,
  },
  payouts: {
    supported: true,
    currencies: PAYOUT_RANGE,
    mayNeedAction: false,
    actionWindowMs: 0,
    // No time is documented; banks need days.
    returnsWithinMs: 30 * DAY,
    cancel: false,
  },
  disputes: false,
  statement: {
    kind: "file",
    utcOffsetMinutes: BEIJING,
    readyAfterMs: 10 * HOUR,
  },
};

/** Plain key mode signs everything but transfers. */
export const capabilitiesOf = (mode: "key" | "certificates"): ChannelCapabilities =>
  mode === "certificates"
    ? alipayCapabilities
    : {
        ...alipayCapabilities,
        payouts: { supported: false, reason: "Alipay transfers need certificates instead of plain keys." },
        statement: { ...alipayCapabilities.statement, covers: ["payment", "refund"] },
      };
