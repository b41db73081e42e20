/** An app that comes back to an unpaid payment gets its action signed anew, where the channel signs what apps get. */
import type { Channels } from "../../shared/payments/open-channels.ts";
import { isChannelPayment, type Payment, paymentRefOf } from "../../shared/payments/payment.ts";
import { secret } from "../../shared/platform/redacted.ts";

/** The payment as it is, with a fresh action if it has one that can be renewed. Nothing is asked of the channel. */
export async function withFreshAction(channels: Channels, payment: Payment): Promise<Payment> {
  if (!isChannelPayment(payment) || payment.status !== "requires_action") return payment;
  const { action, channelPaymentId } = payment;
  if (action === undefined || channelPaymentId === undefined) return payment;
  const renew = (await channels.open(payment.channel))?.channel.renewAction;
  if (renew === undefined) return payment;
  return { ...payment, action: secret(renew(action.reveal(), paymentRefOf(payment, channelPaymentId))) };
}
