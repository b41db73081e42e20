/** Orders and their captures. @see https://developer.paypal.com/docs/api/orders/v2/ */
import * as z from "zod";
import { json, type WireAnswer, type WireRequest } from "../wire.ts";
import { invalid, notFound, unprocessable } from "./errors.ts";
import { captureEvent, orderEvent, reversalEvent } from "./events.ts";
import {
  AmountShape,
  amountOf,
  bodyOf,
  earlier,
  rememberRequest,
  requestIdOf,
  text,
  wantsAll,
} from "./request.ts";
import { type Capture, DAY_MS, HOUR_MS, type Order, type PayPalWorld } from "./state.ts";
import { captureView, minimal, reportedView } from "./views.ts";

const UNAPPROVED_MS = 3 * HOUR_MS;
const UNCAPTURED_MS = 3 * DAY_MS;

const ExperienceShape = z.strictObject({
  return_url: z.url(),
  cancel_url: z.url(),
  user_action: z.enum(["CONTINUE", "PAY_NOW"]).optional(),
  shipping_preference: z.enum(["GET_FROM_FILE", "NO_SHIPPING", "SET_PROVIDED_ADDRESS"]).optional(),
  brand_name: text(127).optional(),
  locale: z
    .string()
    .regex(/^[a-z]{2}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$/)
    .optional(),
  landing_page: z.enum(["LOGIN", "GUEST_CHECKOUT", "NO_PREFERENCE"]).optional(),
});

const CreateShape = z.strictObject({
  intent: z.literal("CAPTURE"),
  purchase_units: z
    .array(
      z.strictObject({
        reference_id: text(256).optional(),
        custom_id: text(127).optional(),
        invoice_id: text(127).optional(),
        description: text(127).optional(),
        soft_descriptor: text(22).optional(),
        amount: AmountShape,
      }),
    )
    .length(1),
  payment_source: z.strictObject({ paypal: z.strictObject({ experience_context: ExperienceShape }) }),
});

export const answerWith = (
  world: PayPalWorld,
  request: WireRequest,
  status: number,
  order: Order,
): WireAnswer => {
  const view = reportedView(world, order);
  return json(status, wantsAll(request) ? view : minimal(view));
};

/** `POST /v2/checkout/orders` */
export function createOrder(world: PayPalWorld, request: WireRequest): WireAnswer {
  const body = bodyOf(request, CreateShape);
  if (requestIdOf(request) === undefined) throw unprocessable("PAYPAL_REQUEST_ID_REQUIRED");
  const known = world.kit.state.orders.get(earlier(world, request) ?? "");
  if (known !== undefined) return answerWith(world, request, 200, known);
  const [unit] = body.purchase_units;
  if (unit === undefined) throw invalid("/purchase_units", "MISSING_REQUIRED_PARAMETER");
  const { currency_code: currency, value } = unit.amount;
  const experience = body.payment_source.paypal.experience_context;
  const { kit } = world;
  const order: Order = {
    id: kit.ids.alphanumeric(17),
    status: "PAYER_ACTION_REQUIRED",
    referenceId: unit.reference_id ?? "default",
    customId: unit.custom_id,
    invoiceId: unit.invoice_id,
    description: unit.description,
    value: amountOf("/purchase_units/@reference_id=='default'/amount/value", value, currency),
    currency,
    returnUrl: experience.return_url,
    cancelUrl: experience.cancel_url,
    brandName: experience.brand_name,
    createdAt: kit.now(),
    updatedAt: kit.now(),
    next: "complete",
    refunds: "complete",
  };
  kit.state.orders.set(order.id, order);
  rememberRequest(world, request, order.id);
  kit.later(UNAPPROVED_MS, { kind: "lapse", objectId: order.id });
  return answerWith(world, request, 201, order);
}

const orderOf = ({ kit }: PayPalWorld, id: string): Order => {
  const order = kit.state.orders.get(id);
  if (order === undefined) throw notFound();
  return order;
};

/** `GET /v2/checkout/orders/{id}` */
export const showOrder = (world: PayPalWorld, id: string): WireAnswer =>
  json(200, reportedView(world, orderOf(world, id)));

/** `GET /v2/payments/captures/{id}` */
export function showCapture(world: PayPalWorld, id: string): WireAnswer {
  const capture = world.kit.state.captures.get(id);
  if (capture === undefined) throw notFound();
  return json(200, captureView(world, capture));
}

/** What PayPal keeps of a payment: 3.49 % and a fixed fee of about half a unit. */
const feeOf = (value: number, currency: string): number => {
  const whole = currency === "JPY" ? 1 : 100;
  const step = ["HUF", "TWD"].includes(currency) ? 100 : 1;
  const fee = Math.round((value * 349) / 10_000 + whole * 0.49);
  return Math.min(value, Math.ceil(fee / step) * step);
};

/** `POST /v2/checkout/orders/{id}/capture` */
export function captureOrder(world: PayPalWorld, request: WireRequest, id: string): WireAnswer {
  bodyOf(request, z.strictObject({}));
  const order = orderOf(world, id);
  if (earlier(world, request) !== undefined) return answerWith(world, request, 200, order);
  if (order.captureId !== undefined) throw unprocessable("ORDER_ALREADY_CAPTURED");
  if (order.status !== "APPROVED") throw unprocessable("ORDER_NOT_APPROVED");
  const { kit } = world;
  const paid = [...kit.state.captures.values()].filter(({ status }) => status !== "DECLINED");
  if (order.invoiceId !== undefined && paid.some(({ invoiceId }) => invoiceId === order.invoiceId)) {
    throw unprocessable("DUPLICATE_INVOICE_ID");
  }
  order.updatedAt = kit.now();
  if (order.next === "decline") {
    order.next = "complete";
    order.status = "PAYER_ACTION_REQUIRED";
    kit.cancelJobs(order.id);
    kit.later(UNAPPROVED_MS, { kind: "lapse", objectId: order.id });
    throw unprocessable("INSTRUMENT_DECLINED");
  }
  const capture: Capture = {
    id: kit.ids.alphanumeric(17),
    orderId: order.id,
    status: order.next === "pend" ? "PENDING" : "COMPLETED",
    customId: order.customId,
    invoiceId: order.invoiceId,
    value: order.value,
    currency: order.currency,
    fee: feeOf(order.value, order.currency),
    createdAt: kit.now(),
    updatedAt: kit.now(),
  };
  kit.state.captures.set(capture.id, capture);
  kit.cancelJobs(order.id);
  order.captureId = capture.id;
  order.status = "COMPLETED";
  rememberRequest(world, request, capture.id);
  captureEvent(world, `PAYMENT.CAPTURE.${capture.status}`, capture);
  return answerWith(world, request, 201, order);
}

/** The payer agrees. */
export function approve(world: PayPalWorld, order: Order, next: Order["next"]): void {
  const { kit } = world;
  order.status = "APPROVED";
  order.next = next;
  order.updatedAt = kit.now();
  kit.cancelJobs(order.id);
  kit.later(UNCAPTURED_MS, { kind: "reverse", objectId: order.id });
  orderEvent(world, "CHECKOUT.ORDER.APPROVED", order);
}

/** A capture that waited for its money has it, or never will. */
export function settle(world: PayPalWorld, capture: Capture, status: "COMPLETED" | "DECLINED"): void {
  capture.status = status;
  capture.updatedAt = world.kit.now();
  captureEvent(world, `PAYMENT.CAPTURE.${status === "COMPLETED" ? "COMPLETED" : "DENIED"}`, capture);
}

/** An order that nobody approved is forgotten. */
export const lapse = ({ kit }: PayPalWorld, id: string): boolean => kit.state.orders.delete(id);

/** An approval that nobody used ends. */
export function reverse(world: PayPalWorld, id: string): void {
  const order = orderOf(world, id);
  order.status = "VOIDED";
  order.updatedAt = world.kit.now();
  reversalEvent(world, order);
}
