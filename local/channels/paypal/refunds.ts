/** Refunds of captures. @see https://developer.paypal.com/docs/api/payments/v2/#captures_refund */
import * as z from "zod";
import { json, type WireAnswer, type WireRequest } from "../wire.ts";
import { notFound, unprocessable } from "./errors.ts";
import { refundEvent } from "./events.ts";
import { AmountShape, amountOf, bodyOf, earlier, rememberRequest, text, wantsAll } from "./request.ts";
import { type Capture, DAY_MS, type PayPalWorld, type Refund } from "./state.ts";
import { refundView } from "./views.ts";

const RefundShape = z.strictObject({
  amount: AmountShape.optional(),
  custom_id: text(127).optional(),
  invoice_id: text(127).optional(),
  note_to_payer: text(255).optional(),
});

const WINDOW_MS = 180 * DAY_MS;

const answerWith = (world: PayPalWorld, request: WireRequest, status: number, refund: Refund): WireAnswer => {
  const view = refundView(world, refund);
  return json(status, wantsAll(request) ? view : { id: view.id, status: view.status, links: view.links });
};

const leftOf = ({ kit }: PayPalWorld, capture: Capture): number =>
  [...kit.state.refunds.values()]
    .filter(({ captureId, status }) => captureId === capture.id && status !== "FAILED")
    .reduce((left, { value }) => left - value, capture.value);

/** The capture's status as its refunds make it. */
function mark(world: PayPalWorld, capture: Capture): void {
  const left = leftOf(world, capture);
  capture.status = left === capture.value ? "COMPLETED" : left === 0 ? "REFUNDED" : "PARTIALLY_REFUNDED";
  capture.updatedAt = world.kit.now();
}

/** Whether a capture can be refunded at all. @throws PayPalRefusal 422 */
function checkRefundable({ kit }: PayPalWorld, capture: Capture): void {
  if (capture.status === "REFUNDED") throw unprocessable("CAPTURE_FULLY_REFUNDED");
  if (capture.status === "PENDING" || capture.status === "DECLINED") throw unprocessable("PENDING_CAPTURE");
  if (kit.now() > capture.createdAt + WINDOW_MS) throw unprocessable("REFUND_TIME_LIMIT_EXCEEDED");
  const disputed = [...kit.state.disputes.values()].some(
    ({ captureId, outcome }) => captureId === capture.id && outcome !== "RESOLVED_SELLER_FAVOUR",
  );
  if (disputed) throw unprocessable("REFUND_NOT_PERMITTED_DUE_TO_CHARGEBACK");
}

/** `POST /v2/payments/captures/{id}/refund` */
export function createRefund(world: PayPalWorld, request: WireRequest, captureId: string): WireAnswer {
  const body = bodyOf(request, RefundShape);
  const { kit } = world;
  const capture = kit.state.captures.get(captureId);
  if (capture === undefined) throw notFound();
  const known = kit.state.refunds.get(earlier(world, request) ?? "");
  if (known !== undefined) return answerWith(world, request, 200, known);
  checkRefundable(world, capture);
  const left = leftOf(world, capture);
  const { amount } = body;
  if (amount !== undefined && amount.currency_code !== capture.currency) {
    throw unprocessable("REFUND_CAPTURE_CURRENCY_MISMATCH");
  }
  const value = amount === undefined ? left : amountOf("/amount/value", amount.value, amount.currency_code);
  if (value > left) throw unprocessable("REFUND_AMOUNT_EXCEEDED");
  const manner = kit.state.orders.get(capture.orderId)?.refunds ?? "complete";
  const refund: Refund = {
    id: kit.ids.alphanumeric(17),
    captureId,
    status: manner === "complete" ? "COMPLETED" : manner === "stall" ? "PENDING" : "FAILED",
    customId: body.custom_id,
    invoiceId: body.invoice_id,
    value,
    currency: capture.currency,
    createdAt: kit.now(),
    updatedAt: kit.now(),
  };
  kit.state.refunds.set(refund.id, refund);
  rememberRequest(world, request, refund.id);
  mark(world, capture);
  if (refund.status === "COMPLETED") refundEvent(world, "PAYMENT.CAPTURE.REFUNDED", refund);
  return answerWith(world, request, 201, refund);
}

/** `GET /v2/payments/refunds/{id}` */
export function showRefund(world: PayPalWorld, id: string): WireAnswer {
  const refund = world.kit.state.refunds.get(id);
  if (refund === undefined) throw notFound();
  return json(200, refundView(world, refund));
}

/** A refund that waited is done, or fails. */
export function endRefund(world: PayPalWorld, refund: Refund, status: "COMPLETED" | "FAILED"): void {
  refund.status = status;
  refund.updatedAt = world.kit.now();
  const capture = world.kit.state.captures.get(refund.captureId);
  if (capture !== undefined) mark(world, capture);
  refundEvent(world, status === "COMPLETED" ? "PAYMENT.CAPTURE.REFUNDED" : "PAYMENT.REFUND.FAILED", refund);
}
