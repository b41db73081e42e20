/** Payments and the facts about them as table items. What is read is parsed: a wrong item is a bug, named. */
import * as z from "zod";
import { audienceSchema } from "../events/catalogue.ts";
import { accountIdSchema, holdIdSchema, moneySchema, paymentIdSchema } from "../http/schemas.ts";
import { secret } from "../platform/redacted.ts";
import { dueKeys, keys, ownerPartitions, timeKey } from "../table/keys.ts";
import type { Item } from "../table/table.ts";
import { disputeStatuses } from "./dispute.ts";
import { type Fact, factIdOf, occurrenceOf } from "./fact.ts";
import { finalStatuses, isChannelPayment, isOpen, openStatuses, type Payment } from "./payment.ts";
import { present } from "./present.ts";
import { type ReadAction, readAnyAction } from "./stored-action.ts";

export const failureSchema = z.object({ code: z.string(), message: z.string() });

const baseShape = {
  paymentId: paymentIdSchema,
  owner: accountIdSchema,
  amount: moneySchema,
  refunded: z.int().min(0).default(0),
  refundedToChannel: z.int().min(0).default(0),
  channelRefunds: z.int().min(0).default(0),
  lastChannelRefundAt: z.int().optional(),
  dispute: z.enum(disputeStatuses).optional(),
  createdAt: z.int(),
  updatedAt: z.int(),
  fingerprint: z.string(),
  correlationId: z.string(),
  version: z.int().min(1),
};

const channelShape = {
  channel: z.string(),
  country: z.string().optional(),
  payer: z.record(z.string(), z.string()).default({}),
  channelPaymentId: z.string().optional(),
  transactionId: z.string().optional(),
  action: z.unknown().optional(),
  lastFailure: failureSchema.optional(),
  cancelling: z.literal(true).optional(),
  isLate: z.literal(true).optional(),
  inSuspense: z.literal(true).optional(),
  observedAt: z.int(),
  lastFactId: z.string().optional(),
  expiresAtMs: z.int(),
};

const toWalletShape = { kind: z.literal("top-up") };
const toPersonShape = {
  kind: z.literal("payment"),
  payee: accountIdSchema,
  note: z.string().optional(),
  audience: audienceSchema,
  fromBalance: moneySchema,
  holdId: holdIdSchema.optional(),
  landed: z.enum(["payee", "payer"]).optional(),
};
const openShape = { status: z.enum(openStatuses), dueAt: z.int() };
const finalShape = { status: z.enum(finalStatuses) };

const channelParts = { ...baseShape, ...channelShape };

/** A payment that a channel has a part in, in each of its forms, and one without a channel. */
const schemas = {
  openTopUp: z.object({ ...channelParts, ...toWalletShape, ...openShape }),
  topUp: z.object({ ...channelParts, ...toWalletShape, ...finalShape }),
  openPayment: z.object({ ...channelParts, ...toPersonShape, ...openShape }),
  payment: z.object({ ...channelParts, ...toPersonShape, ...finalShape }),
  fromBalance: z.object({ ...baseShape, ...toPersonShape, status: z.literal("succeeded") }),
} as const;

/** Members with another name on the table than in the record. */
const renamed = <T extends { readonly paymentId: unknown }>({ paymentId, ...rest }: T) => ({
  ...rest,
  id: paymentId as T["paymentId"],
});

const withChannel = <T extends { readonly expiresAtMs: number; readonly action?: unknown }>(
  { expiresAtMs, action, ...rest }: T,
  readAction: ReadAction,
) => ({
  ...rest,
  expiresAt: expiresAtMs,
  action: action === undefined ? undefined : secret(readAction(action)),
});

const withCheck = <T extends { readonly dueAt: number }>({ dueAt, ...rest }: T) => ({
  ...rest,
  nextCheckAt: dueAt,
});

const openStatusSet: ReadonlySet<unknown> = new Set(openStatuses);

/** @throws ZodError when the item is not a payment. @param readAction strict, where the action is shown or renewed */
export function fromPaymentItem(item: Item, readAction: ReadAction = readAnyAction): Payment {
  const isToPerson = item["kind"] === "payment";
  const isStillOpen = openStatusSet.has(item["status"]);
  if (isToPerson && item["channel"] === undefined) return present(renamed(schemas.fromBalance.parse(item)));
  if (isToPerson && isStillOpen)
    return present(withCheck(withChannel(renamed(schemas.openPayment.parse(item)), readAction)));
  if (isToPerson) return present(withChannel(renamed(schemas.payment.parse(item)), readAction));
  return isStillOpen
    ? present(withCheck(withChannel(renamed(schemas.openTopUp.parse(item)), readAction)))
    : present(withChannel(renamed(schemas.topUp.parse(item)), readAction));
}

/**
 * The next check is stored as the keys of the index of due work alone, so an ended payment drops out of it.
 * `expiresAt` is the table's time-to-live attribute, so the payment's own expiry has another name.
 */
export function toPaymentItem(payment: Payment): Item {
  const { refunded, refundedToChannel, channelRefunds } = payment;
  const counted = Object.entries({ refunded, refundedToChannel, channelRefunds });
  const common = {
    // What is zero is left out: most payments are never refunded, and every byte is paid for.
    ...Object.fromEntries(counted.map(([name, value]) => [name, value === 0 ? undefined : value])),
    ...keys.payment(payment.id),
    paymentId: payment.id,
    ownerPk: ownerPartitions.payments(payment.owner),
    ownerSk: `${timeKey(payment.createdAt)}#${payment.id}`,
  };
  if (!isChannelPayment(payment)) {
    const { id: _, ...rest } = payment;
    return present({ ...rest, ...common });
  }
  const { id, expiresAt, action, nextCheckAt, payer, ...rest } = { nextCheckAt: undefined, ...payment };
  return present({
    ...rest,
    ...common,
    expiresAtMs: expiresAt,
    ...(Object.keys(payer).length === 0 ? {} : { payer }),
    ...(action === undefined ? {} : { action: action.reveal() }),
    ...(isOpen(payment) ? dueKeys(id, payment.nextCheckAt) : {}),
  });
}

/** A fact as a line of the payment's history, found below the payment in the order of what happened. */
export const toFactItem = (paymentId: string, fact: Fact): Item => {
  const factId = factIdOf(fact);
  return {
    ...keys.paymentFact(paymentId, occurrenceOf(fact), factId),
    paymentId,
    factId,
    ...factMembers(fact),
  };
};

/** The channel's echo of our id is what `paymentId` says already. */
const factMembers = (fact: Fact): Item => {
  if (fact.type !== "observed") return fact;
  const { paymentId, ...rest } = fact;
  return paymentId === undefined ? rest : { ...rest, echoedPaymentId: paymentId };
};
