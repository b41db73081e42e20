/** Refunds at PayPal: of a capture, whole or in part, within 180 days. */
import * as z from "zod";
import type { RefundInput, RefundRef } from "../channel.ts";
import type { ChannelOutcome, ChannelRefundStatus, RefundFact } from "../facts.ts";
import type { Plan } from "../plan.ts";
import { toReference } from "../reference.ts";
import { callApi, isFailure, type PayPalContext, successOf } from "./access.ts";
import { fromWire } from "./amounts.ts";
import { refusalOf } from "./capabilities.ts";
import { failureOf, unreadable } from "./errors.ts";
import { queryPayment } from "./payments.ts";
import { getRefund, refundCapture } from "./requests.ts";
import { lenient, ResourceId, Text, timeOf, WireMoney } from "./shapes.ts";

const Refund = z.object({
  id: ResourceId,
  status: z.string(),
  amount: WireMoney,
  custom_id: Text,
  invoice_id: Text,
  create_time: Text,
  update_time: Text,
  status_details: lenient(z.object({ reason: Text })),
});

const statuses: Readonly<Record<string, ChannelRefundStatus>> = {
  PENDING: "processing",
  COMPLETED: "succeeded",
  FAILED: "failed",
  CANCELLED: "failed",
};

/** What the answer must be about. A refund may carry the ids of its payment where it has none of its own. */
type Asked = { readonly refundId: string; readonly paymentId: string; readonly channelRefundId?: string };

/** A refund's fact. Unknown when it is another refund, or in a state that we do not know. */
export function parseRefundFact(
  context: PayPalContext,
  body: unknown,
  asked: Asked,
): ChannelOutcome<RefundFact> {
  const refund = Refund.safeParse(body).data;
  if (refund === undefined) return unreadable("a refund that cannot be read");
  const own = toReference(asked.refundId);
  const expected: readonly (string | undefined)[] = [own, toReference(asked.paymentId), undefined];
  const named = [refund.custom_id, refund.invoice_id];
  if (named.some((id) => !expected.includes(id)) || refund.id !== (asked.channelRefundId ?? refund.id)) {
    return unreadable("the answer is about another refund");
  }
  const status = statuses[refund.status];
  if (status === undefined) return unreadable(`refund status ${refund.status.slice(0, 40)}`);
  const amount = fromWire(refund.amount.value, refund.amount.currency_code);
  if (amount === undefined) return unreadable("an amount that is none");
  const code = refund.status_details?.reason ?? refund.status;
  return {
    outcome: "ok",
    value: {
      channel: "paypal",
      kind: "refund",
      channelRefundId: refund.id,
      ...(named.includes(own) && { refundId: asked.refundId }),
      status,
      ...(status === "failed" && { failure: { code, message: "PayPal did not give the money back" } }),
      amount,
      livemode: context.settings.livemode,
      occurredAtMs: timeOf(refund.update_time ?? refund.create_time) ?? context.tools.now(),
      rawStatus: refund.status,
    },
  };
}

/**
 * Gives back a part of a payment, or all of it. A payment whose capture is not known yet is asked for it first.
 * Declined `wrong-state` for one that was never captured.
 */
export function* refund(context: PayPalContext, input: RefundInput): Plan<ChannelOutcome<RefundFact>> {
  const refusal = refusalOf(input.money);
  if (refusal !== undefined) return refusal;
  let captureId = input.payment.transactionId;
  if (captureId === undefined) {
    const payment = yield* queryPayment(context, input.payment);
    if (payment.outcome !== "ok") return payment;
    captureId = payment.value.transactionId;
  }
  if (captureId === undefined) return { outcome: "declined", reason: "wrong-state", code: "NOT_CAPTURED" };
  const reply = yield* callApi(context, refundCapture(captureId, input));
  if (isFailure(reply)) return reply;
  const body = successOf(reply);
  return body === undefined
    ? failureOf(reply, { moves: true })
    : parseRefundFact(context, body, { refundId: input.refundId, paymentId: input.payment.paymentId });
}

/** How a refund stands, by PayPal's id of it. */
export function* queryRefund(context: PayPalContext, ref: RefundRef): Plan<ChannelOutcome<RefundFact>> {
  const reply = yield* callApi(context, getRefund(ref.channelRefundId));
  if (isFailure(reply)) return reply;
  const body = successOf(reply);
  return body === undefined
    ? failureOf(reply, { moves: false })
    : parseRefundFact(context, body, {
        refundId: ref.refundId,
        paymentId: ref.payment.paymentId,
        channelRefundId: ref.channelRefundId,
      });
}
