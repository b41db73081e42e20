/** Payments and refunds as the API shows them. */
import type { z } from "zod";
import { minorUnits } from "../../shared/money/money.ts";
import {
  channelAmountOf,
  isChannelPayment,
  type Payment,
  payTransferId,
} from "../../shared/payments/payment.ts";
import { present } from "../../shared/payments/present.ts";
import type { Refund } from "../../shared/payments/refund.ts";
import { toTimestamp } from "../../shared/platform/clock.ts";
import type { paymentView, refundView } from "./contract.ts";

type PaymentView = z.input<typeof paymentView>;

/** What only a payment to a person has. */
const personMembers = (payment: Payment): Partial<PaymentView> => {
  if (payment.kind === "top-up") return {};
  const { fromBalance, payee, note, audience, landed } = payment;
  const transferId = landed === "payee" ? payTransferId(payment.id) : undefined;
  return present({ fromBalance, payee, note, audience, landed, transferId });
};

/**
 * What only a payment through a channel has. The client action holds a secret: it is shown only while the payer has
 * something to do with it.
 */
const channelMembers = (payment: Payment): Partial<PaymentView> => {
  if (!isChannelPayment(payment)) return {};
  const { status, channel, lastFailure, expiresAt, cancelling, action } = payment;
  const isPayable = status === "requires_action" && cancelling !== true;
  return present({
    channel,
    channelAmount: channelAmountOf(payment),
    lastFailure,
    expiresAt: toTimestamp(expiresAt),
    action: isPayable ? action?.reveal() : undefined,
  });
};

const isCancelling = (payment: Payment): boolean =>
  isChannelPayment(payment) && "nextCheckAt" in payment && payment.cancelling === true;

/** As its owner sees it. */
export const toPaymentView = (payment: Payment): PaymentView => ({
  id: payment.id,
  kind: payment.kind,
  status: payment.status,
  amount: payment.amount,
  ...personMembers(payment),
  ...channelMembers(payment),
  refunded: { value: minorUnits(payment.refunded), currency: payment.amount.currency },
  dispute: payment.dispute ?? "none",
  cancelling: isCancelling(payment),
  createdAt: toTimestamp(payment.createdAt),
  updatedAt: toTimestamp(payment.updatedAt),
});

/** As both its parties see it. */
export const toRefundView = (refund: Refund): z.input<typeof refundView> => ({
  id: refund.id,
  paymentId: refund.paymentId,
  status: refund.status,
  to: refund.to,
  amount: refund.amount,
  ...(refund.reason === undefined ? {} : { reason: refund.reason }),
  ...(refund.to === "channel" && refund.failure !== undefined ? { failure: refund.failure } : {}),
  createdAt: toTimestamp(refund.createdAt),
  updatedAt: toTimestamp(refund.updatedAt),
});
