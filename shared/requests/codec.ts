/** Payment requests as items of the table. */
import * as z from "zod";
import { accountIdSchema, moneySchema, paymentRequestIdSchema, transferIdSchema } from "../http/schemas.ts";
import { dueKeys, keys, ownerPartitions, timeKey } from "../table/keys.ts";
import type { Item } from "../table/table.ts";
import { type PaymentRequest, requestStatuses } from "./request.ts";

const schema = z.object({
  requestId: paymentRequestIdSchema,
  requester: accountIdSchema,
  payer: accountIdSchema,
  amount: moneySchema,
  note: z.string().optional(),
  status: z.enum(requestStatuses),
  createdAt: z.int(),
  openUntil: z.int(),
  closedAt: z.int().optional(),
  reminders: z.int(),
  remindedAt: z.int().optional(),
  transferId: transferIdSchema.optional(),
  paidUnder: z.string().optional(),
  fingerprint: z.string(),
});

/** @throws ZodError when the item is not a payment request. */
export function fromRequestItem(item: Item): PaymentRequest {
  const { note, closedAt, remindedAt, transferId, paidUnder, ...rest } = schema.parse(item);
  return {
    ...rest,
    ...(note === undefined ? {} : { note }),
    ...(closedAt === undefined ? {} : { closedAt }),
    ...(remindedAt === undefined ? {} : { remindedAt }),
    ...(transferId === undefined ? {} : { transferId }),
    ...(paidUnder === undefined ? {} : { paidUnder }),
  };
}

/** A new request: due when its time is over, and in its requester's list. */
export const toRequestItem = (request: PaymentRequest, event: Item): Item => ({
  ...keys.paymentRequest(request.requestId),
  ...request,
  ...dueKeys(request.requestId, request.openUntil),
  ownerPk: ownerPartitions.requests(request.requester),
  ownerSk: `${timeKey(request.createdAt)}#${request.requestId}`,
  event,
});

/** What puts it into the payer's list. */
export const toRequestedItem = ({ requestId, payer, createdAt }: PaymentRequest): Item => ({
  ...keys.requestedOf(payer, createdAt, requestId),
  requestId,
});

const pointer = z.object({ requestId: paymentRequestIdSchema });

/** @throws ZodError when the item is no pointer to a request. */
export const requestIdOf = (item: Item) => pointer.parse(item).requestId;
