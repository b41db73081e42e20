/** Refunds as table items, below their payment; and what leads from their ids to it. */
import * as z from "zod";
import {
  accountIdSchema,
  holdIdSchema,
  moneySchema,
  paymentIdSchema,
  refundIdSchema,
} from "../http/schemas.ts";
import { dueKeys, keys } from "../table/keys.ts";
import type { Item } from "../table/table.ts";
import { failureSchema } from "./codec.ts";
import { present } from "./present.ts";
import {
  endedRefundStatuses,
  isOpenRefund,
  openRefundStatuses,
  type Refund,
  type RefundFactLine,
  refundFactIdOf,
} from "./refund.ts";
import { resolutionSchema } from "./resolution.ts";

const baseShape = {
  refundId: refundIdSchema,
  paymentId: paymentIdSchema,
  owner: accountIdSchema,
  from: accountIdSchema,
  amount: moneySchema,
  reason: z.string().optional(),
  createdAt: z.int(),
  updatedAt: z.int(),
  fingerprint: z.string(),
  correlationId: z.string(),
  version: z.int().min(1),
};
const channelShape = {
  ...baseShape,
  to: z.literal("channel"),
  channel: z.string(),
  channelRefundId: z.string().optional(),
  holdId: holdIdSchema,
  refundedBefore: z.int().min(0),
  failure: failureSchema.optional(),
  resolution: resolutionSchema.optional(),
  observedAt: z.int(),
  lastFactId: z.string().optional(),
};

const balanceSchema = z.object({ ...baseShape, to: z.literal("balance"), status: z.literal("succeeded") });
const openSchema = z.object({ ...channelShape, status: z.enum(openRefundStatuses), dueAt: z.int() });
const endedSchema = z.object({ ...channelShape, status: z.enum(endedRefundStatuses) });

const openStatusSet: ReadonlySet<unknown> = new Set(openRefundStatuses);

/** @throws ZodError when the item is not a refund. */
export function fromRefundItem(item: Item): Refund {
  if (item["to"] === "balance") {
    const { refundId: id, ...rest } = balanceSchema.parse(item);
    return present({ ...rest, id });
  }
  if (openStatusSet.has(item["status"])) {
    const { refundId: id, dueAt: nextCheckAt, ...rest } = openSchema.parse(item);
    return present({ ...rest, id, nextCheckAt });
  }
  const { refundId: id, ...rest } = endedSchema.parse(item);
  return present({ ...rest, id });
}

export function toRefundItem(refund: Refund): Item {
  const { id, nextCheckAt, ...rest } = { nextCheckAt: undefined, ...refund };
  return {
    ...keys.refund(refund.paymentId, id),
    ...rest,
    refundId: id,
    ...(isOpenRefund(refund) ? dueKeys(id, refund.nextCheckAt) : {}),
  };
}

/** A fact about a refund as a line of its payment's history. */
export const toRefundFactItem = (paymentId: string, refundId: string, fact: RefundFactLine): Item => {
  const factId = refundFactIdOf(refundId, fact);
  const at = "occurredAt" in fact ? fact.occurredAt : fact.observedAt;
  return {
    ...keys.paymentFact(paymentId, at, factId),
    ...fact,
    about: "refund",
    paymentId,
    refundId,
    factId,
  };
};

const pointerSchema = z.object({ paymentId: paymentIdSchema, refundId: refundIdSchema });

/** What leads from an id of a refund to it. */
export const fromRefundPointer = (item: Item): z.output<typeof pointerSchema> => pointerSchema.parse(item);
