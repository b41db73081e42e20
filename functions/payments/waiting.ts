/** Callbacks that match no payment yet: kept aside, found by what they refer to, tried again. */
import {
  type CallbackRecord,
  fromWaitingItem,
  referenceOf,
  toWaitingItem,
} from "../../shared/payments/callback-record.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import { keys, waitingPartition } from "../../shared/table/keys.ts";
import { queryAll, type Table } from "../../shared/table/table.ts";

export type WaitingCallback = ReturnType<typeof fromWaitingItem>;

/** Keeps a callback aside; again moves the time of its next try. `false` when it refers to nothing at all. */
export async function keepWaiting(table: Table, record: CallbackRecord, now: EpochMs): Promise<boolean> {
  const reference = referenceOf(record);
  if (reference === undefined) return false;
  await table.put({ put: toWaitingItem(record, reference, now) });
  return true;
}

export async function dropWaiting(table: Table, record: CallbackRecord): Promise<void> {
  const reference = referenceOf(record);
  if (reference === undefined) return;
  await table.remove({ delete: keys.waitingCallback(reference, record.channel, record.channelEventId) });
}

/** What waits for a reference, strongly consistent. */
export async function waitingFor(table: Table, reference: string): Promise<readonly WaitingCallback[]> {
  const items = await queryAll(table, { partition: waitingPartition(reference), consistent: true });
  return items.map(fromWaitingItem);
}
