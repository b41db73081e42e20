/**
 * Makes a payment at its channel. It may be asked for any number of times, by the first request, by a repeated one
 * and by the sweep: the key is the payment's own, so the channel makes one payment and answers each with it.
 */

import type { CreatePaymentInput } from "../../shared/channels/channel.ts";
import { mayBeSubmitted, type OpenPayment, type Payment } from "../../shared/payments/payment.ts";
import { bareId, type PaymentId } from "../../shared/platform/ids.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { OpenedChannel } from "./channels.ts";
import { isOfMode, observed } from "./observe.ts";
import { type RecordDeps, recordFact } from "./record-fact.ts";

/** The channel's idempotency key of a payment's first and only create. */
export const createKey = (paymentId: PaymentId): string => `${bareId(paymentId)}:create:1`;

const DESCRIPTION = "Wallet top-up";

/** Depends on nothing but the payment's record: under one key a channel takes one set of parameters. */
const inputOf = (payment: Payment): CreatePaymentInput => ({
  paymentId: payment.id,
  idempotencyKey: createKey(payment.id),
  money: payment.amount,
  description: DESCRIPTION,
  metadata: { payment_id: payment.id },
  expiresAtMs: payment.expiresAt,
});

/** Whether a create may still help: the app has nothing yet, and the channel still knows the key. */
export const needsSubmit = (
  payment: Payment,
  { channel }: OpenedChannel,
  now: number,
): payment is OpenPayment =>
  (payment.status === "created" || (payment.status === "requires_action" && payment.action === undefined)) &&
  mayBeSubmitted(payment, channel.capabilities.idempotencyWindowMs, now);

/**
 * @returns the payment afterwards: with the channel's id and what the app needs, failed when the channel declined, or
 * as it was when nobody knows what happened; then asking again, or the sweep, finds out.
 */
export async function submit(
  deps: RecordDeps,
  payment: OpenPayment,
  opened: OpenedChannel,
  log: Log,
): Promise<Payment> {
  const outcome = await opened.channel.createPayment(inputOf(payment));
  const observedAt = deps.platform.clock.now();
  switch (outcome.outcome) {
    case "ok": {
      const { fact, action } = outcome.value;
      if (!isOfMode(fact, opened, log)) return payment;
      return recordFact(
        deps,
        payment,
        // A repeated create is answered with its first answer, so this is as old as the payment at the channel.
        {
          ...observed({ ...fact, paymentId: payment.id }, "create", Math.min(observedAt, fact.occurredAtMs)),
        },
        { action, log },
      );
    }
    case "declined": {
      log.info("payment-declined", { paymentId: payment.id, reason: outcome.reason, code: outcome.code });
      const failure = { code: outcome.reason, message: "The channel declined the payment." };
      return recordFact(deps, payment, { type: "declined", failure, observedAt }, { log });
    }
    case "notSent":
    case "unknown":
      log.warn("create-unanswered", {
        paymentId: payment.id,
        outcome: outcome.outcome,
        detail: outcome.detail,
      });
      return payment;
  }
}
