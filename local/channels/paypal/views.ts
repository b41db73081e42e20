/** The simulator's objects as PayPal shows them. */
import { moneyOf, printAmount } from "./money.ts";
import {
  type Capture,
  type Dispute,
  type Order,
  type Payout,
  type PayPalWorld,
  printTime,
  type Refund,
} from "./state.ts";

const link = ({ host }: PayPalWorld, path: string, rel: string, method = "GET") => ({
  href: `https://${host}${path}`,
  rel,
  method,
});

const ids = ({ customId, invoiceId }: { customId?: string | undefined; invoiceId?: string | undefined }) => ({
  ...(customId !== undefined && { custom_id: customId }),
  ...(invoiceId !== undefined && { invoice_id: invoiceId }),
});

const times = ({ createdAt, updatedAt }: { createdAt: number; updatedAt: number }) => ({
  create_time: printTime(createdAt),
  update_time: printTime(updatedAt),
});

export const captureView = (world: PayPalWorld, capture: Capture) => ({
  id: capture.id,
  status: capture.status,
  ...(capture.status === "PENDING" && { status_details: { reason: "ECHECK" } }),
  ...(capture.status === "DECLINED" && { status_details: { reason: "DECLINED_BY_PROCESSOR" } }),
  amount: moneyOf(capture.value, capture.currency),
  final_capture: true,
  payee: { merchant_id: world.merchantId },
  seller_receivable_breakdown: {
    gross_amount: moneyOf(capture.value, capture.currency),
    paypal_fee: moneyOf(capture.fee, capture.currency),
    net_amount: moneyOf(capture.value - capture.fee, capture.currency),
  },
  ...ids(capture),
  supplementary_data: { related_ids: { order_id: capture.orderId } },
  ...times(capture),
  links: [
    link(world, `/v2/payments/captures/${capture.id}`, "self"),
    link(world, `/v2/payments/captures/${capture.id}/refund`, "refund", "POST"),
    link(world, `/v2/checkout/orders/${capture.orderId}`, "up"),
  ],
});

export const refundView = (world: PayPalWorld, refund: Refund) => ({
  id: refund.id,
  status: refund.status,
  ...(refund.status === "PENDING" && { status_details: { reason: "ECHECK" } }),
  amount: moneyOf(refund.value, refund.currency),
  ...ids(refund),
  ...times(refund),
  links: [
    link(world, `/v2/payments/refunds/${refund.id}`, "self"),
    link(world, `/v2/payments/captures/${refund.captureId}`, "up"),
  ],
});

/** An order in full, as `Prefer: return=representation` asks for it. */
export function orderView(world: PayPalWorld, order: Order) {
  const { state, pageUrl } = world.kit;
  const capture = order.captureId === undefined ? undefined : state.captures.get(order.captureId);
  const refunds = [...state.refunds.values()].filter(({ captureId }) => captureId === capture?.id);
  const self = link(world, `/v2/checkout/orders/${order.id}`, "self");
  // A page of this machine: nothing that a person opens may lead to the real PayPal.
  const approve = { href: pageUrl("payment", order.id), rel: "payer-action", method: "GET" };
  return {
    id: order.id,
    intent: "CAPTURE",
    status: order.status,
    payment_source: {
      paypal: order.status === "PAYER_ACTION_REQUIRED" ? {} : { account_id: "PAYER00000001" },
    },
    purchase_units: [
      {
        reference_id: order.referenceId,
        amount: moneyOf(order.value, order.currency),
        payee: { merchant_id: world.merchantId },
        ...(order.description !== undefined && { description: order.description }),
        ...ids(order),
        ...(capture !== undefined && {
          payments: {
            captures: [captureView(world, capture)],
            ...(refunds.length > 0 && { refunds: refunds.map((refund) => refundView(world, refund)) }),
          },
        }),
      },
    ],
    ...times(order),
    links: order.status === "PAYER_ACTION_REQUIRED" ? [self, approve] : [self],
  };
}

/** An order as answers tell it. */
export function reportedView(world: PayPalWorld, order: Order): ReturnType<typeof orderView> {
  const truth = { value: order.value, currency: order.currency, merchant: world.merchantId };
  const told = world.kit.reported(order.id, truth);
  const view = orderView(world, order);
  if (told === truth) return view;
  const said = { amount: moneyOf(told.value, told.currency), payee: { merchant_id: told.merchant } };
  const purchase_units = view.purchase_units.map(({ payments, ...unit }) => ({
    ...unit,
    ...said,
    ...(payments !== undefined && {
      payments: { ...payments, captures: payments.captures.map((capture) => ({ ...capture, ...said })) },
    }),
  }));
  return { ...view, purchase_units };
}

/** What an order's answer is without that header. */
export const minimal = ({ id, status, links }: ReturnType<typeof orderView>) => ({ id, status, links });

const batchStatus = ({ status }: Payout) =>
  status === "PENDING" ? "PENDING" : status === "FAILED" ? "DENIED" : "SUCCESS";

const batchHeader = (payout: Payout, subject: boolean) => ({
  payout_batch_id: payout.id,
  batch_status: batchStatus(payout),
  time_created: printTime(payout.createdAt),
  ...(payout.status !== "PENDING" && { time_completed: printTime(payout.updatedAt) }),
  sender_batch_header: {
    sender_batch_id: payout.senderBatchId,
    ...(subject && { email_subject: "You have a payment" }),
  },
});

export const payoutItemView = (world: PayPalWorld, payout: Payout) => ({
  payout_item_id: payout.itemId,
  ...(payout.sentAt !== undefined && { transaction_id: payout.transactionId }),
  transaction_status: payout.status,
  payout_batch_id: payout.id,
  payout_item_fee: { currency: payout.currency, value: printAmount(payout.fee, payout.currency) },
  payout_item: {
    recipient_type: payout.recipientType,
    receiver: payout.receiver,
    amount: { currency: payout.currency, value: printAmount(payout.value, payout.currency) },
    sender_item_id: payout.senderItemId,
    recipient_wallet: "PAYPAL",
    ...(payout.note !== undefined && { note: payout.note }),
  },
  ...(payout.status !== "PENDING" && { time_processed: printTime(payout.updatedAt) }),
  ...(payout.status === "UNCLAIMED" && {
    errors: { name: "RECEIVER_UNREGISTERED", message: "The recipient has no account yet." },
  }),
  ...(payout.status === "FAILED" && {
    errors: { name: "RECEIVER_ACCOUNT_INVALID", message: "The recipient cannot be paid." },
  }),
  links: [link(world, `/v1/payments/payouts-item/${payout.itemId}`, "item")],
});

/** The short answer to a creation. */
export const newBatchView = (world: PayPalWorld, payout: Payout) => ({
  batch_header: batchHeader(payout, true),
  links: [link(world, `/v1/payments/payouts/${payout.id}`, "self")],
});

export const batchView = (world: PayPalWorld, payout: Payout) => ({
  batch_header: {
    ...batchHeader(payout, false),
    amount: { currency: payout.currency, value: printAmount(payout.value, payout.currency) },
    fees: { currency: payout.currency, value: printAmount(payout.fee, payout.currency) },
  },
  items: [payoutItemView(world, payout)],
  total_items: 1,
  total_pages: 1,
  links: [link(world, `/v1/payments/payouts/${payout.id}`, "self")],
});

export const disputeView = (world: PayPalWorld, dispute: Dispute) => ({
  dispute_id: dispute.id,
  ...times(dispute),
  disputed_transactions: [
    {
      seller_transaction_id: dispute.captureId,
      gross_amount: moneyOf(dispute.value, dispute.currency),
      seller: { merchant_id: world.merchantId },
    },
  ],
  reason: "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
  status: dispute.outcome === undefined ? "UNDER_REVIEW" : "RESOLVED",
  dispute_amount: moneyOf(dispute.value, dispute.currency),
  ...(dispute.outcome !== undefined && { dispute_outcome: { outcome_code: dispute.outcome } }),
  dispute_life_cycle_stage: "CHARGEBACK",
  links: [link(world, `/v1/customer/disputes/${dispute.id}`, "self")],
});
