/** Disputes as table items, below their payment; and what leads from the channel's id to it. */
import * as z from "zod";
import {
  accountIdSchema,
  disputeIdSchema,
  holdIdSchema,
  moneySchema,
  paymentIdSchema,
} from "../http/schemas.ts";
import { dueKeys, keys } from "../table/keys.ts";
import type { Item } from "../table/table.ts";
import { type Dispute, type DisputeFactLine, isOpenDispute } from "./dispute.ts";
import { digestOf } from "./fact.ts";
import { present } from "./present.ts";

const baseShape = {
  disputeId: disputeIdSchema,
  paymentId: paymentIdSchema,
  owner: accountIdSchema,
  from: accountIdSchema.optional(),
  channel: z.string(),
  channelDisputeId: z.string(),
  amount: moneySchema,
  held: z.int().min(0),
  holdId: holdIdSchema.optional(),
  reason: z.string(),
  observedAt: z.int(),
  lastFactId: z.string().optional(),
  createdAt: z.int(),
  updatedAt: z.int(),
  correlationId: z.string(),
  version: z.int().min(1),
};
const openSchema = z.object({ ...baseShape, status: z.literal("open"), dueAt: z.int() });
const endedSchema = z.object({ ...baseShape, status: z.enum(["won", "lost"]) });

/** @throws ZodError when the item is not a dispute. */
export function fromDisputeItem(item: Item): Dispute {
  if (item["status"] === "open") {
    const { disputeId: id, dueAt: nextCheckAt, ...rest } = openSchema.parse(item);
    return present({ ...rest, id, nextCheckAt });
  }
  const { disputeId: id, ...rest } = endedSchema.parse(item);
  return present({ ...rest, id });
}

export function toDisputeItem(dispute: Dispute): Item {
  const { id, nextCheckAt, ...rest } = { nextCheckAt: undefined, ...dispute };
  return {
    ...keys.dispute(dispute.paymentId, id),
    ...rest,
    disputeId: id,
    ...(isOpenDispute(dispute) ? dueKeys(id, dispute.nextCheckAt) : {}),
  };
}

/** 22 characters over what the line says and the callback that led to it, but not over when we looked. */
export const disputeFactIdOf = (disputeId: string, fact: DisputeFactLine): string => {
  const { observedAt: _, ...said } = fact;
  return digestOf("dispute", disputeId, said);
};

/** A fact about a dispute as a line of its payment's history. */
export const toDisputeFactItem = (paymentId: string, disputeId: string, fact: DisputeFactLine): Item => {
  const factId = disputeFactIdOf(disputeId, fact);
  return {
    ...keys.paymentFact(paymentId, fact.occurredAt, factId),
    ...fact,
    about: "dispute",
    paymentId,
    disputeId,
    factId,
  };
};

const pointerSchema = z.object({ paymentId: paymentIdSchema, disputeId: disputeIdSchema });

/** What leads from the channel's id of a dispute to it. */
export const fromDisputePointer = (item: Item): z.output<typeof pointerSchema> => pointerSchema.parse(item);
