/** Disputes on the table: finding one, and the writes that make and move one. */
import { announcing } from "../events/announcement.ts";
import { keys } from "../table/keys.ts";
import { NOT_EXISTS, type PutOperation, type Table } from "../table/table.ts";
import type { Dispute } from "./dispute.ts";
import { fromDisputeItem, fromDisputePointer, toDisputeItem } from "./dispute-codec.ts";
import { ifVersion } from "./store.ts";

export type Disputes = {
  readonly get: (paymentId: string, disputeId: string) => Promise<Dispute | undefined>;
  /** By the channel's own id of it; two reads. */
  readonly byChannelDispute: (channel: string, channelDisputeId: string) => Promise<Dispute | undefined>;
};

export function createDisputes({ table }: { readonly table: Table }): Disputes {
  const get: Disputes["get"] = async (paymentId, disputeId) => {
    const item = await table.get(keys.dispute(paymentId, disputeId));
    return item === undefined ? undefined : fromDisputeItem(item);
  };
  return {
    get,
    async byChannelDispute(channel, channelDisputeId) {
      const item = await table.get(keys.channelDispute(channel, channelDisputeId));
      if (item === undefined) return undefined;
      const { paymentId, disputeId } = fromDisputePointer(item);
      return get(paymentId, disputeId);
    },
  };
}

/** Each state is told once. */
const disputedEvent = (dispute: Dispute, at: number) =>
  announcing(dispute, { type: "payment.disputed", at }, dispute.status);

/** A dispute that is heard of for the first time. */
export const disputeCreation = (dispute: Dispute, at: number): PutOperation => ({
  put: { ...toDisputeItem(dispute), ...disputedEvent(dispute, at) },
  condition: NOT_EXISTS,
});

/** Replaces a dispute if it is still what was read. @param event the moment of a change that is told */
export const disputeReplacement = (before: Dispute, after: Dispute, event?: number): PutOperation => ({
  put: {
    ...toDisputeItem({ ...after, version: before.version + 1 }),
    ...(event === undefined ? {} : disputedEvent(after, event)),
  },
  ...ifVersion(before.version),
});
