/**
 * Orders and captures as payment facts. An order being COMPLETED says nothing about the money: its capture does.
 * @see https://developer.paypal.com/docs/api/orders/v2/
 */
import * as z from "zod";
import type { ChannelOutcome, ChannelPaymentStatus, PaymentFact } from "../facts.ts";
import { fromReference, toReference } from "../reference.ts";
import type { PayPalContext } from "./access.ts";
import { fromWire } from "./amounts.ts";
import { unreadable } from "./errors.ts";
import { lenient, Payee, ResourceId, Text, timeOf, WireMoney } from "./shapes.ts";

const Capture = z.object({
  id: ResourceId,
  status: z.string(),
  amount: WireMoney,
  custom_id: Text,
  create_time: Text,
  update_time: Text,
  status_details: lenient(z.object({ reason: Text })),
  payee: Payee,
  supplementary_data: lenient(z.object({ related_ids: lenient(z.object({ order_id: Text })) })),
});

type Capture = z.infer<typeof Capture>;

const Order = z.object({
  id: ResourceId,
  status: z.string(),
  create_time: Text,
  update_time: Text,
  purchase_units: z
    .array(
      z.object({
        custom_id: Text,
        amount: WireMoney,
        payee: Payee,
        payments: lenient(z.object({ captures: z.array(Capture).optional() })),
      }),
    )
    .length(1),
  links: lenient(z.array(z.object({ rel: z.string(), href: z.string() }))),
});

export type Order = z.infer<typeof Order>;

/** What an answer must be about, or it is no answer to us. */
export type Asked = {
  readonly paymentId: string;
  /** The order; missing while it is being created. */
  readonly orderId?: string;
};

const orderStatuses: Readonly<Record<string, ChannelPaymentStatus>> = {
  CREATED: "requires_action",
  SAVED: "requires_action",
  PAYER_ACTION_REQUIRED: "requires_action",
  APPROVED: "requires_capture",
  VOIDED: "cancelled",
};

const captureStatuses: Readonly<Record<string, ChannelPaymentStatus>> = {
  PENDING: "processing",
  COMPLETED: "succeeded",
  // What was given back is told by the refunds: the payment itself succeeded.
  PARTIALLY_REFUNDED: "succeeded",
  REFUNDED: "succeeded",
  DECLINED: "failed",
  FAILED: "failed",
};

/** Of several captures of one order the one that says most: money before waiting, waiting before a refusal. */
function decisive(captures: readonly Capture[]): Capture | undefined {
  const newest = captures.toReversed();
  const inState = (wanted: ChannelPaymentStatus) =>
    newest.find(({ status }) => captureStatuses[status] === wanted);
  return inState("succeeded") ?? inState("processing") ?? newest[0];
}

/** Whether the account that is paid is ours, where the answer names it. */
const isOurs = (
  { settings }: PayPalContext,
  payee: { merchant_id?: string | undefined } | undefined,
): boolean => payee?.merchant_id === undefined || payee.merchant_id === settings.merchantId;

type Parts = {
  readonly status: ChannelPaymentStatus | undefined;
  readonly rawStatus: string;
  readonly money: z.infer<typeof WireMoney>;
  readonly time: string | undefined;
};

/** The fact that the parts make, or why they make none. */
function factOf(
  context: PayPalContext,
  orderId: string,
  parts: Parts,
  extra: Pick<PaymentFact, "transactionId" | "paymentId" | "attemptFailed">,
): ChannelOutcome<PaymentFact> {
  const amount = fromWire(parts.money.value, parts.money.currency_code);
  if (parts.status === undefined) return unreadable(`status ${parts.rawStatus.slice(0, 40)}`);
  if (amount === undefined) return unreadable("an amount that is none");
  return {
    outcome: "ok",
    value: {
      channel: "paypal",
      kind: "payment",
      channelPaymentId: orderId,
      ...extra,
      status: parts.status,
      amount,
      livemode: context.settings.livemode,
      occurredAtMs: timeOf(parts.time) ?? context.tools.now(),
      rawStatus: parts.rawStatus,
    },
  };
}

function captureFact(
  context: PayPalContext,
  orderId: string,
  paymentId: string | undefined,
  capture: Capture,
): ChannelOutcome<PaymentFact> {
  const status = captureStatuses[capture.status];
  const reason = capture.status_details?.reason ?? capture.status;
  return factOf(
    context,
    orderId,
    {
      status,
      rawStatus: capture.status,
      money: capture.amount,
      time: capture.update_time ?? capture.create_time,
    },
    {
      transactionId: capture.id,
      ...(paymentId !== undefined && { paymentId }),
      ...(status === "failed" && {
        attemptFailed: { code: reason, message: "PayPal did not take the money" },
      }),
    },
  );
}

/** An order as PayPal answers it; `undefined` for anything else. */
export const parseOrder = (body: unknown): Order | undefined => Order.safeParse(body).data;

/** An order's fact. Unknown when it is another order, for another account, or in a state that we do not know. */
export function orderFact(context: PayPalContext, order: Order, asked: Asked): ChannelOutcome<PaymentFact> {
  const [unit] = order.purchase_units;
  if (unit === undefined || unit.custom_id !== toReference(asked.paymentId)) {
    return unreadable("the answer is about another payment");
  }
  if (asked.orderId !== undefined && order.id !== asked.orderId) return unreadable("another order");
  const captures = unit.payments?.captures ?? [];
  if (![unit, ...captures].every(({ payee }) => isOurs(context, payee)))
    return unreadable("another merchant");
  const capture = decisive(captures);
  if (capture !== undefined) return captureFact(context, order.id, asked.paymentId, capture);
  return factOf(
    context,
    order.id,
    {
      status: orderStatuses[order.status],
      rawStatus: order.status,
      money: unit.amount,
      time: order.update_time ?? order.create_time,
    },
    { paymentId: asked.paymentId },
  );
}

/** The fact of a capture that was asked by its own id. */
export function parseCaptureFact(
  context: PayPalContext,
  body: unknown,
  asked: Required<Asked> & { readonly captureId: string },
): ChannelOutcome<PaymentFact> {
  const capture = Capture.safeParse(body).data;
  if (capture === undefined) return unreadable("a capture that cannot be read");
  const orderId = capture.supplementary_data?.related_ids?.order_id;
  const ours = capture.custom_id === undefined || capture.custom_id === toReference(asked.paymentId);
  if (capture.id !== asked.captureId || !ours || (orderId ?? asked.orderId) !== asked.orderId) {
    return unreadable("the answer is about another capture");
  }
  if (!isOurs(context, capture.payee)) return unreadable("another merchant");
  return captureFact(context, asked.orderId, fromReference("payment", capture.custom_id), capture);
}

/** Where the payer approves the order, as PayPal says it. */
export const approvalLink = ({ links }: Order): string | undefined =>
  ["payer-action", "approve"]
    .map((rel) => links?.find((link) => link.rel === rel)?.href)
    .find((href) => href !== undefined && URL.canParse(href));
