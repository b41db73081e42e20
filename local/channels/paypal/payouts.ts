/** Payouts in batches of one item. @see https://developer.paypal.com/docs/api/payments.payouts-batch/v1/ */
import * as z from "zod";
import { json, type WireAnswer, type WireRequest } from "../wire.ts";
import { errorAnswer, notFound, PayPalRefusal } from "./errors.ts";
import { payoutEvent } from "./events.ts";
import { amountOf, bodyOf, requestIdOf, text } from "./request.ts";
import { DAY_MS, type Payout, type PayPalWorld } from "./state.ts";
import { batchView, newBatchView, payoutItemView } from "./views.ts";

/** PayPal works on a batch for a moment. */
const PROCESSING_MS = 2_000;
const UNCLAIMED_MS = 30 * DAY_MS;
const BATCH_ID_MS = 30 * DAY_MS;

const common = {
  amount: z.strictObject({ currency: z.string().regex(/^[A-Z]{3}$/), value: z.string().max(32) }),
  sender_item_id: text(63),
  note: text(4000).optional(),
  recipient_wallet: z.literal("PAYPAL").optional(),
};

const PayoutShape = z.strictObject({
  sender_batch_header: z.strictObject({
    sender_batch_id: text(256),
    email_subject: text(255).optional(),
    email_message: text(1000).optional(),
  }),
  items: z
    .array(
      z.discriminatedUnion("recipient_type", [
        z.strictObject({ recipient_type: z.literal("EMAIL"), receiver: z.email().max(127), ...common }),
        z.strictObject({
          recipient_type: z.literal("PAYPAL_ID"),
          receiver: z.string().regex(/^[0-9A-Z]{5,20}$/),
          ...common,
        }),
      ]),
    )
    .length(1),
});

/** The refusal of a batch id that was used in the last 30 days; its link leads to the first. */
const duplicate = ({ host }: PayPalWorld, first: Payout): PayPalRefusal =>
  new PayPalRefusal(
    errorAnswer(400, "USER_BUSINESS_ERROR", "User business error.", [
      {
        field: "SENDER_BATCH_ID",
        issue: "Batch with given sender_batch_id already exists",
        link: [{ href: `https://${host}/v1/payments/payouts/${first.id}`, rel: "self", method: "GET" }],
      },
    ]),
  );

/** `POST /v1/payments/payouts`. The batch id guards against duplicates; `PayPal-Request-Id` does not. */
export function createPayout(world: PayPalWorld, request: WireRequest): WireAnswer {
  const { sender_batch_header: header, items } = bodyOf(request, PayoutShape);
  requestIdOf(request);
  const { kit } = world;
  const first = [...kit.state.payouts.values()].find(
    ({ senderBatchId, createdAt }) =>
      senderBatchId === header.sender_batch_id && kit.now() < createdAt + BATCH_ID_MS,
  );
  if (first !== undefined) throw duplicate(world, first);
  const [item] = items;
  if (item === undefined) throw notFound();
  const { currency, value } = item.amount;
  const payout: Payout = {
    id: kit.ids.alphanumeric(13),
    itemId: kit.ids.alphanumeric(13),
    transactionId: kit.ids.alphanumeric(17),
    senderBatchId: header.sender_batch_id,
    senderItemId: item.sender_item_id,
    recipientType: item.recipient_type,
    receiver: item.receiver,
    note: item.note,
    value: amountOf("/items/0/amount/value", value, currency),
    currency,
    fee: currency === "JPY" ? 1 : ["HUF", "TWD"].includes(currency) ? 100 : 25,
    status: "PENDING",
    createdAt: kit.now(),
    updatedAt: kit.now(),
  };
  kit.state.payouts.set(payout.id, payout);
  kit.later(PROCESSING_MS, { kind: "process", objectId: payout.id });
  return json(201, newBatchView(world, payout));
}

const payoutOf = ({ kit }: PayPalWorld, id: string): Payout => {
  const payout = kit.state.payouts.get(id);
  if (payout === undefined) throw notFound();
  return payout;
};

/** `GET /v1/payments/payouts/{batch}` */
export const showBatch = (world: PayPalWorld, id: string): WireAnswer =>
  json(200, batchView(world, payoutOf(world, id)));

const byItem = ({ kit }: PayPalWorld, itemId: string): Payout => {
  const payout = [...kit.state.payouts.values()].find((known) => known.itemId === itemId);
  if (payout === undefined) throw notFound();
  return payout;
};

/** `GET /v1/payments/payouts-item/{item}` */
export const showItem = (world: PayPalWorld, itemId: string): WireAnswer =>
  json(200, payoutItemView(world, byItem(world, itemId)));

const eventTypes: Readonly<Record<Exclude<Payout["status"], "PENDING">, string>> = {
  SUCCESS: "PAYMENT.PAYOUTS-ITEM.SUCCEEDED",
  UNCLAIMED: "PAYMENT.PAYOUTS-ITEM.UNCLAIMED",
  FAILED: "PAYMENT.PAYOUTS-ITEM.FAILED",
  RETURNED: "PAYMENT.PAYOUTS-ITEM.RETURNED",
};

/** Moves a payout on. Money leaves when it is delivered or waits to be claimed, and comes back when it is returned. */
export function move(world: PayPalWorld, payout: Payout, status: Exclude<Payout["status"], "PENDING">): void {
  const { kit } = world;
  kit.cancelJobs(payout.id);
  payout.status = status;
  payout.updatedAt = kit.now();
  if (status === "SUCCESS" || status === "UNCLAIMED") payout.sentAt ??= kit.now();
  if (status === "RETURNED") payout.returnedAt = kit.now();
  if (status === "UNCLAIMED") kit.later(UNCLAIMED_MS, { kind: "return", objectId: payout.id });
  payoutEvent(world, eventTypes[status], payout);
}

/**
 * What becomes of a payout by itself. An address that begins with `unclaimed` belongs to no account, so its owner has
 * to accept; one that begins with `invalid` cannot be paid.
 */
export function process(world: PayPalWorld, id: string): void {
  const payout = payoutOf(world, id);
  const unclaimed = payout.receiver.startsWith("unclaimed");
  const refused = payout.receiver.startsWith("invalid");
  move(world, payout, unclaimed ? "UNCLAIMED" : refused ? "FAILED" : "SUCCESS");
}

/** Nobody claimed it in 30 days. */
export const giveBack = (world: PayPalWorld, id: string): void =>
  move(world, payoutOf(world, id), "RETURNED");

/** `POST /v1/payments/payouts-item/{item}/cancel` */
export function cancelItem(world: PayPalWorld, request: WireRequest, itemId: string): WireAnswer {
  if (request.headers["content-type"]?.startsWith("application/json") !== true) {
    throw new PayPalRefusal(
      errorAnswer(415, "UNSUPPORTED_MEDIA_TYPE", "The server does not support the media type."),
    );
  }
  const payout = byItem(world, itemId);
  if (payout.status !== "UNCLAIMED") {
    const issue = payout.status === "RETURNED" ? "ITEM_ALREADY_CANCELLED" : "ITEM_INCORRECT_STATUS";
    throw new PayPalRefusal(errorAnswer(400, issue, "The item cannot be cancelled in its state."));
  }
  move(world, payout, "RETURNED");
  return json(200, payoutItemView(world, payout));
}
