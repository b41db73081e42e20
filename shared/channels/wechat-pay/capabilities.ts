/** What WeChat Pay can do, before a merchant's own limits. */
import { DAY, HOUR, MINUTE } from "../../platform/clock.ts";
import type { ChannelCapabilities } from "../capabilities.ts";
import { BEIJING } from "../local-time.ts";
import { PAYMENT_RANGE, PAYOUT_RANGE } from "./limits.ts";
import type { WechatPaySettings } from "./settings.ts";

export const wechatPayCapabilities: ChannelCapabilities = {
  currencies: { CNY: PAYMENT_RANGE },
  capture: "automatic",
  // The provider takes a deadline of one minute to seven days ahead. A repeated create has to be ahead of it still, and
  // the prepay id, which apps pay with, lives for two hours.
  expiry: { kind: "given", minMs: 5 * MINUTE, maxMs: 2 * HOUR },
  close: "yes",
  idempotencyWindowMs: DAY,
  refunds: {
    supported: true,
    partial: true,
    maxCount: 50,
    windowMs: 365 * DAY,
    minIntervalMs: MINUTE,
    mayFailAfterSuccess: false,
  },
  payouts: {
    supported: true,
    currencies: { CNY: PAYOUT_RANGE },
    mayNeedAction: true,
    actionWindowMs: DAY,
    returnsWithinMs: 0,
    cancel: true,
  },
  disputes: false,
  statement: {
    kind: "file",
    utcOffsetMinutes: BEIJING,
    readyAfterMs: 10 * HOUR,
    // A transfer that was delivered does not come back.
    covers: ["payment", "refund", "payout"],
  },
};

/** The capabilities of one merchant. */
export function capabilitiesOf({ maxFen, payout }: WechatPaySettings): ChannelCapabilities {
  const { payouts, statement } = wechatPayCapabilities;
  return {
    ...wechatPayCapabilities,
    currencies: { CNY: { ...PAYMENT_RANGE, max: maxFen } },
    payouts:
      payout === undefined || !payouts.supported
        ? { supported: false, reason: "no transfer scene is set for this merchant" }
        : { ...payouts, currencies: { CNY: { ...PAYOUT_RANGE, max: payout.maxFen } } },
    statement: payout === undefined ? { ...statement, covers: ["payment", "refund"] } : statement,
  };
}
