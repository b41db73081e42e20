/** What may be refunded of a payment, which way, and when the channel may be asked. Pure rules. */
import type { ChannelCapabilities } from "../channels/capabilities.ts";
import { type Money, minorUnits } from "../money/money.ts";
import type { EpochMs } from "../platform/clock.ts";
import { err, ok, type Result } from "../result.ts";
import { channelAmountOf, isChannelPayment, landingOf, type Payment } from "./payment.ts";

export type RefundRequest = {
  /** Left out: all that is left. */
  readonly amount?: Money | undefined;
  readonly to?: "balance" | "channel" | undefined;
};

export type RefundRefusal = {
  readonly code:
    | "not-paid"
    | "disputed"
    | "way-not-possible"
    | "too-much"
    | "too-many"
    | "too-late"
    | "in-full-only";
  /** Minor units that could still be refunded that way, where that is the reason. */
  readonly remaining?: number;
};

export type RefundTerms = { readonly to: "balance" | "channel"; readonly amount: Money };

/** What is left to refund, by the way it would go: never more than came, and through the channel what came through it. */
export function refundableOf(payment: Payment): { readonly balance: number; readonly channel: number } {
  const landing = landingOf(payment);
  if (landing === undefined) return { balance: 0, channel: 0 };
  const left = landing.amount.value - payment.refunded;
  const byChannel = isChannelPayment(payment)
    ? Math.min(left, channelAmountOf(payment).value - payment.refundedToChannel)
    : 0;
  // Who topped up their own wallet has the money in their balance.
  return { balance: landing.beneficiary === payment.owner ? 0 : left, channel: byChannel };
}

/**
 * What a request for a refund comes to. The default way is the balance where the money went to another person, and
 * the channel for money in one's own wallet.
 * @param capabilities the payment's channel's, where it has one
 */
export function refundTerms(
  payment: Payment,
  request: RefundRequest,
  capabilities: Pick<ChannelCapabilities, "refunds"> | undefined,
  now: EpochMs,
): Result<RefundTerms, RefundRefusal> {
  const landing = landingOf(payment);
  if (landing === undefined) return err({ code: "not-paid" });
  if (payment.dispute === "open" || payment.dispute === "lost") return err({ code: "disputed" });
  const to = request.to ?? (landing.beneficiary === payment.owner ? "channel" : "balance");
  const remaining = refundableOf(payment)[to];
  const isOwnBalance = to === "balance" && landing.beneficiary === payment.owner;
  if (isOwnBalance || (to === "channel" && !isChannelPayment(payment)))
    return err({ code: "way-not-possible" });
  const amount = request.amount ?? { ...landing.amount, value: minorUnits(Math.max(0, remaining)) };
  const fits = amount.currency === landing.amount.currency && amount.value > 0 && amount.value <= remaining;
  if (!fits) return err({ code: "too-much", remaining });
  const refusal =
    to === "channel" ? channelRefusal(payment, amount.value, capabilities?.refunds, now) : undefined;
  return refusal === undefined ? ok({ to, amount }) : err(refusal);
}

function channelRefusal(
  payment: Payment,
  value: number,
  refunds: ChannelCapabilities["refunds"] | undefined,
  now: EpochMs,
): RefundRefusal | undefined {
  if (refunds?.supported !== true) return { code: "way-not-possible" };
  if (now > payment.createdAt + refunds.windowMs) return { code: "too-late" };
  if (payment.channelRefunds >= refunds.maxCount) return { code: "too-many" };
  if (!refunds.partial && value !== channelAmountOf(payment).value) return { code: "in-full-only" };
  return undefined;
}

/** When the channel may be asked: at once, unless it wants some time between two refunds of one payment. */
export const refundDueAt = (
  { lastChannelRefundAt }: Pick<Payment, "lastChannelRefundAt">,
  { refunds }: Pick<ChannelCapabilities, "refunds">,
  now: EpochMs,
): EpochMs =>
  refunds.supported && lastChannelRefundAt !== undefined
    ? Math.max(now, lastChannelRefundAt + refunds.minIntervalMs)
    : now;
