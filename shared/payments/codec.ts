/** Payments and the facts about them as table items. What is read is parsed: a wrong item is a bug, named. */
import * as z from "zod";
import type { ClientAction } from "../channels/channel.ts";
import { accountIdSchema, moneySchema, paymentIdSchema } from "../http/schemas.ts";
import { secret } from "../platform/redacted.ts";
import { dueKeys, keys, ownerPartitions, timeKey } from "../table/keys.ts";
import type { Item } from "../table/table.ts";
import { type Fact, factIdOf, occurrenceOf } from "./fold.ts";
import { finalStatuses, isOpen, openStatuses, type Payment } from "./payment.ts";

const failureSchema = z.object({ code: z.string(), message: z.string() });

const actionSchema = z
  .discriminatedUnion("type", [
    z.object({
      type: z.literal("stripe_client_secret"),
      publishableKey: z.string(),
      clientSecret: z.string(),
      paymentIntentId: z.string(),
    }),
  ])
  .transform((action): ClientAction => action);

const baseShape = {
  paymentId: paymentIdSchema,
  kind: z.literal("top-up"),
  owner: accountIdSchema,
  amount: moneySchema,
  channel: z.string(),
  channelPaymentId: z.string().optional(),
  action: actionSchema.optional(),
  lastFailure: failureSchema.optional(),
  inSuspense: z.literal(true).optional(),
  observedAt: z.int(),
  lastFactId: z.string().optional(),
  createdAt: z.int(),
  updatedAt: z.int(),
  expiresAtMs: z.int(),
  fingerprint: z.string(),
  correlationId: z.string(),
  version: z.int().min(1),
};

const paymentSchema = z
  .discriminatedUnion("status", [
    z.object({ ...baseShape, status: z.enum(openStatuses), dueAt: z.int() }),
    z.object({ ...baseShape, status: z.enum(finalStatuses) }),
  ])
  .transform((item): Payment => {
    const { paymentId, expiresAtMs, channelPaymentId, action, lastFailure, inSuspense, lastFactId } = item;
    const base = {
      id: paymentId,
      kind: item.kind,
      owner: item.owner,
      amount: item.amount,
      channel: item.channel,
      ...(channelPaymentId === undefined ? {} : { channelPaymentId }),
      ...(action === undefined ? {} : { action: secret(action) }),
      ...(lastFailure === undefined ? {} : { lastFailure }),
      ...(inSuspense === undefined ? {} : { inSuspense }),
      observedAt: item.observedAt,
      ...(lastFactId === undefined ? {} : { lastFactId }),
      createdAt: item.createdAt,
      updatedAt: item.updatedAt,
      expiresAt: expiresAtMs,
      fingerprint: item.fingerprint,
      correlationId: item.correlationId,
      version: item.version,
    };
    return "dueAt" in item
      ? { ...base, status: item.status, nextCheckAt: item.dueAt }
      : { ...base, status: item.status };
  });

/**
 * The next check is stored as the keys of the index of due work alone, so an ended payment drops out of it.
 * `expiresAt` is the table's time-to-live attribute, so the payment's own expiry has another name.
 */
export const toPaymentItem = (payment: Payment): Item => {
  const { id, expiresAt, action, nextCheckAt, ...rest } = { nextCheckAt: undefined, ...payment };
  return {
    ...keys.payment(id),
    ...rest,
    paymentId: id,
    expiresAtMs: expiresAt,
    ...(action === undefined ? {} : { action: action.reveal() }),
    ...(isOpen(payment) ? dueKeys(id, payment.nextCheckAt) : {}),
    ownerPk: ownerPartitions.payments(payment.owner),
    ownerSk: `${timeKey(payment.createdAt)}#${id}`,
  };
};

/** @throws ZodError when the item is not a payment. */
export const fromPaymentItem = (item: Item): Payment => paymentSchema.parse(item);

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
