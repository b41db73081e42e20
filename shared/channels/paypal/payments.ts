/** Payments at PayPal: an order that its payer approves and that we capture. */
import type { ClosedPayment, CreatedPayment, CreatePaymentInput, PaymentRef } from "../channel.ts";
import type { ChannelOutcome, ClientAction, PaymentFact } from "../facts.ts";
import type { Plan, Reply } from "../plan.ts";
import { callApi, isFailure, type PayPalContext, successOf } from "./access.ts";
import { ORDER_LAPSE_MS, refusalOf } from "./capabilities.ts";
import { errorOf, failureOf, unreadable } from "./errors.ts";
import { approvalLink, orderFact, parseCaptureFact, parseOrder } from "./payment-facts.ts";
import { captureOrder, createOrder, getCapture, getOrder } from "./requests.ts";
import { approvalPage } from "./settings.ts";

/** Creates the order. Asked again within six hours it answers with the same order, however far that has come. */
export function* createPayment(
  context: PayPalContext,
  input: CreatePaymentInput,
): Plan<ChannelOutcome<CreatedPayment>> {
  const refusal = refusalOf(input.money);
  if (refusal !== undefined) return refusal;
  const reply = yield* callApi(context, createOrder(context.settings, input));
  if (isFailure(reply)) return reply;
  const body = successOf(reply);
  // An order that nobody approved takes no money, so a word that we do not know is a refusal all the same.
  if (body === undefined) return failureOf(reply, { moves: false });
  const order = parseOrder(body);
  if (order === undefined) return unreadable("an order that cannot be read");
  const fact = orderFact(context, order, { paymentId: input.paymentId });
  if (fact.outcome !== "ok") return fact;
  const action: ClientAction = {
    type: "paypal_approval",
    orderId: order.id,
    approvalUrl: approvalLink(order) ?? approvalPage(context.settings.livemode, order.id),
  };
  return { outcome: "ok", value: { action, fact: fact.value } };
}

/** A payment that PayPal no longer knows, or that we shall never take. */
const cancelledFact = (context: PayPalContext, payment: PaymentRef, rawStatus: string): PaymentFact => ({
  channel: "paypal",
  kind: "payment",
  channelPaymentId: payment.channelPaymentId,
  paymentId: payment.paymentId,
  status: "cancelled",
  amount: payment.money,
  livemode: context.settings.livemode,
  occurredAtMs: context.tools.now(),
  rawStatus,
});

const isMissing = (reply: Reply): boolean => reply.kind === "answer" && reply.answer.status === 404;

function* readOrder(
  context: PayPalContext,
  payment: PaymentRef,
): Plan<ChannelOutcome<PaymentFact> | "missing"> {
  const reply = yield* callApi(context, getOrder(payment.channelPaymentId));
  if (isFailure(reply)) return reply;
  if (isMissing(reply)) return "missing";
  const body = successOf(reply);
  if (body === undefined) return failureOf(reply, { moves: false });
  const order = parseOrder(body);
  return order === undefined
    ? unreadable("an order that cannot be read")
    : orderFact(context, order, { paymentId: payment.paymentId, orderId: payment.channelPaymentId });
}

function* readCapture(
  context: PayPalContext,
  payment: PaymentRef,
  captureId: string,
): Plan<ChannelOutcome<PaymentFact>> {
  const reply = yield* callApi(context, getCapture(captureId));
  if (isFailure(reply)) return reply;
  const body = successOf(reply);
  return body === undefined
    ? failureOf(reply, { moves: false })
    : parseCaptureFact(context, body, {
        paymentId: payment.paymentId,
        orderId: payment.channelPaymentId,
        captureId,
      });
}

/**
 * How a payment stands. Once the money has moved the capture is asked, as it outlives its order. An order that is
 * gone after its time has lapsed; one that is gone before is a question of the account or the credentials.
 */
export function* queryPayment(
  context: PayPalContext,
  payment: PaymentRef,
): Plan<ChannelOutcome<PaymentFact>> {
  if (payment.transactionId !== undefined) {
    return yield* readCapture(context, payment, payment.transactionId);
  }
  const found = yield* readOrder(context, payment);
  if (found !== "missing") return found;
  return context.tools.now() >= payment.createdAtMs + ORDER_LAPSE_MS
    ? { outcome: "ok", value: cancelledFact(context, payment, "NOT_FOUND") }
    : { outcome: "declined", reason: "not-found", code: "RESOURCE_NOT_FOUND" };
}

/** Refusals of a capture after which the payer may approve once more, with another card or account. */
const payableAgain: ReadonlySet<string> = new Set([
  "INSTRUMENT_DECLINED",
  "PAYER_ACTION_REQUIRED",
  "ORDER_NOT_APPROVED",
]);

/** What a refused capture means for the order that was just seen approved. */
function* afterRefusal(
  context: PayPalContext,
  payment: PaymentRef,
  approved: PaymentFact,
  reply: Reply,
): Plan<ChannelOutcome<PaymentFact>> {
  const issue = reply.kind === "answer" && reply.answer.status === 422 ? errorOf(reply.answer).issue : "";
  if (issue === "ORDER_ALREADY_CAPTURED") return yield* queryPayment(context, payment);
  if (!payableAgain.has(issue)) return failureOf(reply, { moves: true });
  const attemptFailed = { code: issue, message: "PayPal could not take the money from what the payer chose" };
  return {
    outcome: "ok",
    value: {
      ...approved,
      status: "requires_action",
      ...(issue === "INSTRUMENT_DECLINED" && { attemptFailed }),
      rawStatus: issue,
    },
  };
}

/**
 * Takes the money. The order is read first: what is captured must be the order that we asked for, and the amount is
 * in the hands of whoever reads the fact. In any other state than approved that reading is the answer.
 */
export function* capturePayment(
  context: PayPalContext,
  payment: PaymentRef,
): Plan<ChannelOutcome<PaymentFact>> {
  const before = yield* queryPayment(context, payment);
  if (before.outcome !== "ok" || before.value.status !== "requires_capture") return before;
  const { amount } = before.value;
  if (amount.value !== payment.money.value || amount.currency !== payment.money.currency) {
    return unreadable("the order is for another amount");
  }
  const reply = yield* callApi(context, captureOrder(payment, before.value.occurredAtMs));
  if (isFailure(reply)) return reply;
  const body = successOf(reply);
  if (body === undefined) return yield* afterRefusal(context, payment, before.value, reply);
  const order = parseOrder(body);
  return order === undefined
    ? unreadable("a capture that cannot be read")
    : orderFact(context, order, { paymentId: payment.paymentId, orderId: payment.channelPaymentId });
}

/** Without a capture no money has moved, and none can unless we ask for it. */
function closedAs(fact: PaymentFact): ClosedPayment {
  switch (fact.status) {
    case "succeeded":
      return { result: "already-paid", fact };
    case "processing":
      return { result: "in-progress", fact };
    case "requires_action":
    case "requires_capture":
    case "cancelled":
      return { result: "closed", fact: { ...fact, status: "cancelled" } };
    case "failed":
      return { result: "closed", fact };
  }
}

/**
 * Ends a payment that has not been captured, without a call that changes anything: PayPal has none that cancels an
 * order. It answers `closed` all the same, and truly so. An order takes money by one thing only, a capture, and only
 * our credentials can ask for it; so whoever closes a payment and captures it no more has made it unpayable. The
 * payer may still see the approval page and approve: PayPal then holds nothing and the approval lapses. What is left
 * is a capture of ours that is under way while we close: its success arrives as a late one, which every payment
 * accepts. An order that PayPal does not know any more is closed for the same reason.
 */
export function* closePayment(
  context: PayPalContext,
  payment: PaymentRef,
): Plan<ChannelOutcome<ClosedPayment>> {
  const found =
    payment.transactionId === undefined
      ? yield* readOrder(context, payment)
      : yield* readCapture(context, payment, payment.transactionId);
  if (found === "missing") {
    return { outcome: "ok", value: { result: "closed", fact: cancelledFact(context, payment, "NOT_FOUND") } };
  }
  return found.outcome === "ok" ? { outcome: "ok", value: closedAs(found.value) } : found;
}
