/** Payments on the table: finding one, and the writes that move one under the condition that nobody else did. */
import * as z from "zod";
import { announcing } from "../events/announcement.ts";
import type { EventType } from "../events/catalogue.ts";
import { paymentIdSchema } from "../http/schemas.ts";
import type { EpochMs } from "../platform/clock.ts";
import { isId } from "../platform/ids.ts";
import { ok, type Result } from "../result.ts";
import type { CursorRefusal } from "../table/cursor.ts";
import { type Key, keys, ownerPartitions, paymentPartition } from "../table/keys.ts";
import { type PageRequest, readPage } from "../table/page.ts";
import { type Item, NOT_EXISTS, type PutOperation, queryAll, type Table } from "../table/table.ts";
import { fromPaymentItem, toFactItem, toPaymentItem } from "./codec.ts";
import type { Fact } from "./fact.ts";
import type { Payment } from "./payment.ts";
import { type ReadAction, readAnyAction } from "./stored-action.ts";

export type PaymentPage = { readonly items: readonly Payment[]; readonly nextCursor?: string };

export type Payments = {
  /** Strongly consistent. `undefined` also for text that is no payment's id. */
  readonly get: (id: string) => Promise<Payment | undefined>;
  /** By the channel's own id of it; two reads. */
  readonly byChannelPayment: (channel: string, channelPaymentId: string) => Promise<Payment | undefined>;
  /** By the channel's id of the movement of its money; two reads. */
  readonly byTransaction: (channel: string, transactionId: string) => Promise<Payment | undefined>;
  /** `false` when there is one of that id. */
  readonly create: (payment: Payment) => Promise<boolean>;
  /** An owner's payments, newest first. */
  readonly pageOf: (
    owner: string,
    request: PageRequest,
    boundTo: readonly string[],
  ) => Promise<Result<PaymentPage, CursorRefusal>>;
  /** Everything below a payment whose sort key begins so, in order. */
  readonly below: (id: string, prefix: string) => Promise<readonly Item[]>;
};

const pointer = z.object({ paymentId: paymentIdSchema });

/** @param deps `readAction`: strict, where actions are shown or renewed */
export function createPayments({
  table,
  readAction = readAnyAction,
}: {
  readonly table: Table;
  readonly readAction?: ReadAction;
}): Payments {
  const get = async (id: string): Promise<Payment | undefined> => {
    if (!isId("payment", id)) return undefined;
    const item = await table.get(keys.payment(id));
    return item === undefined ? undefined : fromPaymentItem(item, readAction);
  };
  const follow = async (key: Key): Promise<Payment | undefined> => {
    const item = await table.get(key);
    return item === undefined ? undefined : get(pointer.parse(item).paymentId);
  };
  return {
    get,
    byChannelPayment: (channel, channelPaymentId) => follow(keys.channelPayment(channel, channelPaymentId)),
    byTransaction: (channel, transactionId) => follow(keys.channelTransaction(channel, transactionId)),
    create: (payment) => table.put({ put: toPaymentItem(payment), condition: NOT_EXISTS }),
    async pageOf(owner, request, boundTo) {
      const query = {
        index: "byOwner",
        partition: ownerPartitions.payments(owner),
        newestFirst: true,
      } as const;
      const page = await readPage(table, query, request, boundTo);
      return page.ok
        ? ok({ ...page.value, items: page.value.items.map((item) => fromPaymentItem(item, readAction)) })
        : page;
    },
    below: (id, prefix) =>
      queryAll(table, {
        partition: paymentPartition(id),
        sort: "begins_with(#sk, :prefix)",
        values: { ":prefix": prefix },
        consistent: true,
      }),
  };
}

/** The events that a payment's own record announces. */
export type PaymentEvent = Extract<EventType, "payment.submitted" | "payment.settled" | "payment.failed">;

/** The condition that a record is still what was read. */
export const ifVersion = (version: number) =>
  ({
    condition: "#version = :version",
    names: { "#version": "version" },
    values: { ":version": version },
  }) as const;

/**
 * Replaces a payment if it is still what was read. Without an event the record carries none, so that the stream has
 * nothing to relay.
 */
export const replacement = (
  before: Payment,
  after: Payment,
  event?: { readonly type: PaymentEvent; readonly at: EpochMs },
): PutOperation => ({
  put: {
    ...toPaymentItem({ ...after, version: before.version + 1 }),
    ...(event === undefined ? {} : announcing(after, event)),
  },
  ...ifVersion(before.version),
});

/** Makes something of a payment findable by one of the channel's ids; again by whoever did it changes nothing. */
export const reference = (key: Key, paymentId: string, members: Item = {}): PutOperation => ({
  put: { ...key, paymentId, ...members },
  condition: "attribute_not_exists(pk) OR #paymentId = :paymentId",
  names: { "#paymentId": "paymentId" },
  values: { ":paymentId": paymentId },
});

/** Adds a fact to the payment's history, once. */
export const factAppend = (paymentId: string, fact: Fact): PutOperation => ({
  put: toFactItem(paymentId, fact),
  condition: NOT_EXISTS,
});
