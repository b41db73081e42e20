/** Refunds on the table: finding one, and the write that moves one under the condition that nobody else did. */
import { announcing } from "../events/announcement.ts";
import { isId } from "../platform/ids.ts";
import { type Key, keys, refundPrefix } from "../table/keys.ts";
import type { PutOperation, Table } from "../table/table.ts";
import type { Refund } from "./refund.ts";
import { fromRefundItem, fromRefundPointer, toRefundItem } from "./refund-codec.ts";
import { ifVersion, type Payments } from "./store.ts";

export type Refunds = {
  readonly get: (paymentId: string, refundId: string) => Promise<Refund | undefined>;
  /** By its id alone; two reads. */
  readonly byId: (refundId: string) => Promise<Refund | undefined>;
  /** By the channel's own id of it; two reads. */
  readonly byChannelRefund: (channel: string, channelRefundId: string) => Promise<Refund | undefined>;
  /** All of a payment: capabilities keep them few. */
  readonly of: (paymentId: string) => Promise<readonly Refund[]>;
};

export function createRefunds({
  table,
  payments,
}: {
  readonly table: Table;
  readonly payments: Pick<Payments, "below">;
}): Refunds {
  const get: Refunds["get"] = async (paymentId, refundId) => {
    const item = await table.get(keys.refund(paymentId, refundId));
    return item === undefined ? undefined : fromRefundItem(item);
  };
  const follow = async (key: Key): Promise<Refund | undefined> => {
    const item = await table.get(key);
    if (item === undefined) return undefined;
    const { paymentId, refundId } = fromRefundPointer(item);
    return get(paymentId, refundId);
  };
  return {
    get,
    byId: async (refundId) => (isId("refund", refundId) ? follow(keys.refundMark(refundId)) : undefined),
    byChannelRefund: (channel, channelRefundId) => follow(keys.channelRefund(channel, channelRefundId)),
    of: async (paymentId) => (await payments.below(paymentId, refundPrefix)).map(fromRefundItem),
  };
}

/** The event of money that went back, as the refund's record carries it. */
export const refundedEvent = (refund: Refund, at: number) =>
  announcing(refund, { type: "payment.refunded", at });

/** Replaces a refund if it is still what was read. @param event the moment of its success, when that is told */
export const refundReplacement = (before: Refund, after: Refund, event?: number): PutOperation => ({
  put: {
    ...toRefundItem({ ...after, version: before.version + 1 }),
    ...(event === undefined ? {} : refundedEvent(after, event)),
  },
  ...ifVersion(before.version),
});
