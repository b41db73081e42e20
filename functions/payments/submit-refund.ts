/**
 * Asks a channel to give money back. It may be asked for any number of times: what is asked depends on the refund's
 * record alone, and the same id is the same refund at the channel.
 */

import type { CallbackRef } from "../../shared/payments/fact.ts";
import type { OpenedChannel } from "../../shared/payments/open-channels.ts";
import { type ChannelPayment, isChannelPayment } from "../../shared/payments/payment.ts";
import type { RefundFactLine } from "../../shared/payments/refund.ts";
import {
  type ChannelRefund,
  type OpenRefund,
  refundInputOf,
  refundRefOf,
} from "../../shared/payments/refund.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { PaymentDeps } from "./deps.ts";
import { type Asked, answerOf, isOfMode, noteCall } from "./observe.ts";
import { observedRefund, recordRefundFact } from "./record-refund.ts";

/** The payment behind a refund. @throws Error when it has none at a channel: a refund is made for no other. */
export async function refundedPayment(
  { payments }: PaymentDeps,
  refund: ChannelRefund,
): Promise<ChannelPayment & { readonly channelPaymentId: string }> {
  const payment = await payments.get(refund.paymentId);
  if (payment === undefined || !isChannelPayment(payment) || payment.channelPaymentId === undefined)
    throw new Error(`the refund ${refund.id} has no payment at a channel`);
  return { ...payment, channelPaymentId: payment.channelPaymentId };
}

/**
 * @returns the refund afterwards: with the channel's id, failed when the channel declined, or as it was when nobody
 * knows what happened; then asking again, or the sweep, finds out.
 */
export async function submitRefund(
  deps: PaymentDeps,
  refund: OpenRefund,
  opened: OpenedChannel,
  log: Log,
): Promise<ChannelRefund> {
  const { channel, transport } = opened;
  if (channel.refund === undefined) throw new Error(`${channel.name} makes no refunds`);
  const payment = await refundedPayment(deps, refund);
  const outcome = await transport.run(channel.refund(refundInputOf(refund, payment)));
  const observedAt = deps.platform.clock.now();
  switch (outcome.outcome) {
    case "ok":
      if (!isOfMode(outcome.value, opened, log)) return refund;
      return recordRefundFact(deps, refund, observedRefund(outcome.value, observedAt), { log });
    case "declined": {
      log.info("refund-declined", { refundId: refund.id, reason: outcome.reason, code: outcome.code });
      const failure = { code: outcome.reason, message: "The channel declined the refund." };
      return recordRefundFact(deps, refund, { type: "declined", failure, observedAt }, { log });
    }
    case "notSent":
    case "unknown":
      await noteCall(deps, refund.paymentId, "refund", outcome, log);
      return refund;
  }
}

/** The channel's present answer about a refund. */
export async function queryRefund(
  deps: PaymentDeps,
  refund: ChannelRefund & { readonly channelRefundId: string },
  opened: OpenedChannel,
  log: Log,
  callback?: CallbackRef,
): Promise<Asked<RefundFactLine>> {
  const { channel, transport } = opened;
  if (channel.queryRefund === undefined) return "refused";
  const payment = await refundedPayment(deps, refund);
  const askedAt = deps.platform.clock.now();
  const outcome = await transport.run(channel.queryRefund(refundRefOf(refund, payment)));
  const call = { paymentId: refund.paymentId, operation: "query-refund" };
  const answer = await answerOf(deps, opened, call, outcome, log);
  return typeof answer === "string" ? answer : observedRefund(answer, askedAt, callback);
}
