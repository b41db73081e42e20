/** Payouts and the facts about them as table items. What is read is parsed: a wrong item is a bug, named. */
import * as z from "zod";
import { accountIdSchema, holdIdSchema, moneySchema, payoutIdSchema } from "../http/schemas.ts";
import type { CallLine } from "../payments/call-line.ts";
import { failureSchema } from "../payments/codec.ts";
import { digestOf } from "../payments/fact.ts";
import { present } from "../payments/present.ts";
import { resolutionSchema } from "../payments/resolution.ts";
import { type ReadAction, readAnyAction } from "../payments/stored-action.ts";
import { pii, secret } from "../platform/redacted.ts";
import { dueKeys, keys, ownerPartitions, timeKey } from "../table/keys.ts";
import type { Item } from "../table/table.ts";
import { type PayoutFactLine, payoutFactIdOf } from "./fact.ts";
import { endedPayoutStatuses, openPayoutStatuses, type Payout } from "./payout.ts";
import { recipientSchema } from "./recipient.ts";

const baseShape = {
  withdrawalId: payoutIdSchema,
  owner: accountIdSchema,
  amount: moneySchema,
  channel: z.string(),
  recipient: recipientSchema,
  holdId: holdIdSchema,
  channelPayoutId: z.string().optional(),
  action: z.unknown().optional(),
  failure: failureSchema.optional(),
  actionUntil: z.int(),
  cancelling: z.literal(true).optional(),
  attention: failureSchema.optional(),
  resolution: resolutionSchema.optional(),
  returnsWithinMs: z.int().positive().optional(),
  observedAt: z.int(),
  lastFactId: z.string().optional(),
  createdAt: z.int(),
  updatedAt: z.int(),
  fingerprint: z.string(),
  correlationId: z.string(),
  version: z.int().min(1),
};
const openSchema = z.object({ ...baseShape, status: z.enum(openPayoutStatuses), dueAt: z.int() });
const endedSchema = z.object({
  ...baseShape,
  status: z.enum(endedPayoutStatuses),
  dueAt: z.int().optional(),
});

const openStatusSet: ReadonlySet<unknown> = new Set(openPayoutStatuses);

/** @throws ZodError when the item is not a payout. @param readAction strict, where the action is shown */
export function fromPayoutItem(item: Item, readAction: ReadAction = readAnyAction): Payout {
  if (openStatusSet.has(item["status"])) {
    const { withdrawalId: id, dueAt: nextCheckAt, recipient, action, ...rest } = openSchema.parse(item);
    const personal = {
      recipient: pii(recipient),
      action: action === undefined ? undefined : secret(readAction(action)),
    };
    return present({ ...rest, ...personal, id, nextCheckAt });
  }
  const { withdrawalId: id, dueAt: nextCheckAt, recipient, action: _, ...rest } = endedSchema.parse(item);
  return present({ ...rest, recipient: pii(recipient), id, nextCheckAt });
}

/** The next check is stored as the keys of the index of due work alone, so what needs none drops out of it. */
export function toPayoutItem(payout: Payout): Item {
  const { id, nextCheckAt, recipient, action, ...rest } = { nextCheckAt: undefined, ...payout };
  return {
    ...keys.payout(id),
    ...rest,
    withdrawalId: id,
    recipient: recipient.reveal(),
    ownerPk: ownerPartitions.withdrawals(payout.owner),
    ownerSk: `${timeKey(payout.createdAt)}#${id}`,
    ...(action === undefined ? {} : { action: action.reveal() }),
    ...(nextCheckAt === undefined ? {} : dueKeys(id, nextCheckAt)),
  };
}

/** A fact as a line of the payout's history, found below it in the order of what happened. */
export const toPayoutFactItem = (payoutId: string, fact: PayoutFactLine): Item => {
  const factId = payoutFactIdOf(payoutId, fact);
  const at = "occurredAt" in fact ? fact.occurredAt : fact.observedAt;
  return { ...keys.payoutFact(payoutId, at, factId), withdrawalId: payoutId, factId, ...fact };
};

/** A call that brought no fact, as a line of the payout's history. */
export const toPayoutCallItem = (payoutId: string, line: CallLine): Item => ({
  ...keys.payoutFact(payoutId, line.at, digestOf("call", line.operation, line.at)),
  type: "call",
  withdrawalId: payoutId,
  ...line,
});
