/**
 * Makes a payment at its channel. It may be asked for any number of times, by the first request, by a repeated one
 * and by the sweep: what is asked depends on the payment's record alone, so the channel makes one payment and answers
 * each with it.
 */
import type { CreatePaymentInput } from "../../shared/channels/channel.ts";
import type { OpenedChannel } from "../../shared/payments/open-channels.ts";
import {
  type ChannelPayment,
  channelAmountOf,
  mayBeSubmitted,
  type OpenPayment,
  type Payment,
} from "../../shared/payments/payment.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { PaymentDeps } from "./deps.ts";
import { captured, isOfMode, noteCall, observed } from "./observe.ts";
import { recordFact } from "./record-fact.ts";

const descriptions: Readonly<Record<Payment["kind"], string>> = {
  "top-up": "Wallet top-up",
  payment: "Payment",
};

/** Depends on nothing but the payment's record: under one id a channel takes one set of parameters. */
const inputOf = (payment: ChannelPayment): CreatePaymentInput => ({
  paymentId: payment.id,
  money: channelAmountOf(payment),
  description: descriptions[payment.kind],
  createdAtMs: payment.createdAt,
  expiresAtMs: payment.expiresAt,
  payer: payment.payer,
});

/** Whether a create may still help: the app has nothing yet, and the channel still knows the request. */
export const needsSubmit = (
  payment: ChannelPayment,
  { channel }: OpenedChannel,
  now: number,
): payment is OpenPayment =>
  (payment.status === "created" ||
    (payment.status === "requires_action" && payment.action === undefined && payment.cancelling !== true)) &&
  mayBeSubmitted(payment, channel.capabilities.idempotencyWindowMs, now);

/**
 * @returns the payment afterwards: with the channel's id and what the app needs, failed when the channel declined, or
 * as it was when nobody knows what happened; then asking again, or the sweep, finds out.
 */
export async function submit(
  deps: PaymentDeps,
  payment: OpenPayment,
  opened: OpenedChannel,
  log: Log,
): Promise<ChannelPayment> {
  const { channel, transport } = opened;
  const outcome = await transport.run(channel.createPayment(inputOf(payment)));
  const observedAt = deps.platform.clock.now();
  switch (outcome.outcome) {
    case "ok": {
      const { action } = outcome.value;
      if (!isOfMode(outcome.value.fact, opened, log)) return payment;
      const { fact, isCaptured } = await captured(deps, opened, payment, outcome.value.fact, log);
      const source = isCaptured ? "capture" : "create";
      // A repeated create is answered with its first answer, so this is as old as the payment at the channel.
      const at = isCaptured ? observedAt : Math.min(observedAt, fact.occurredAtMs);
      return recordFact(deps, payment, observed({ ...fact, paymentId: payment.id }, source, at), {
        action,
        log,
      });
    }
    case "declined": {
      log.info("payment-declined", { paymentId: payment.id, reason: outcome.reason, code: outcome.code });
      const failure = { code: outcome.reason, message: "The channel declined the payment." };
      return recordFact(deps, payment, { type: "declined", failure, observedAt }, { log });
    }
    case "notSent":
    case "unknown":
      await noteCall(deps, payment.id, "create", outcome, log);
      return payment;
  }
}
