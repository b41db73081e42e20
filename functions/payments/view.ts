/** A payment as the API shows it to its owner. */
import type { z } from "zod";
import type { Payment } from "../../shared/payments/payment.ts";
import { toTimestamp } from "../../shared/platform/clock.ts";
import type { paymentView } from "./contract.ts";

/** The client action holds a secret: it is shown only while the payer has something to do with it. */
export const toPaymentView = (payment: Payment): z.input<typeof paymentView> => ({
  id: payment.id,
  kind: payment.kind,
  status: payment.status,
  amount: payment.amount,
  channel: payment.channel,
  ...(payment.status === "requires_action" && payment.action !== undefined
    ? { action: payment.action.reveal() }
    : {}),
  ...(payment.lastFailure === undefined ? {} : { lastFailure: payment.lastFailure }),
  createdAt: toTimestamp(payment.createdAt),
  updatedAt: toTimestamp(payment.updatedAt),
  expiresAt: toTimestamp(payment.expiresAt),
});
