/** Payouts on the table: finding one, and the write that moves one under the condition that nobody else did. */
import * as z from "zod";
import { announcing } from "../events/announcement.ts";
import type { EventType } from "../events/catalogue.ts";
import { payoutIdSchema } from "../http/schemas.ts";
import { ifVersion } from "../payments/store.ts";
import { type ReadAction, readAnyAction } from "../payments/stored-action.ts";
import type { EpochMs } from "../platform/clock.ts";
import { isId } from "../platform/ids.ts";
import { ok, type Result } from "../result.ts";
import type { CursorRefusal } from "../table/cursor.ts";
import { type Key, keys, ownerPartitions } from "../table/keys.ts";
import { type PageRequest, readPage } from "../table/page.ts";
import type { PutOperation, Table } from "../table/table.ts";
import { fromPayoutItem, toPayoutItem } from "./codec.ts";
import type { Payout } from "./payout.ts";

export type PayoutPage = { readonly items: readonly Payout[]; readonly nextCursor?: string };

export type Payouts = {
  /** Strongly consistent. `undefined` also for text that is no withdrawal's id. */
  readonly get: (id: string) => Promise<Payout | undefined>;
  /** By the channel's own id of it; two reads. */
  readonly byChannelPayout: (channel: string, channelPayoutId: string) => Promise<Payout | undefined>;
  /** An owner's withdrawals, newest first. */
  readonly pageOf: (
    owner: string,
    request: PageRequest,
    boundTo: readonly string[],
  ) => Promise<Result<PayoutPage, CursorRefusal>>;
};

const pointer = z.object({ withdrawalId: payoutIdSchema });

/** @param deps `readAction`: strict, where actions are shown */
export function createPayouts({
  table,
  readAction = readAnyAction,
}: {
  readonly table: Table;
  readonly readAction?: ReadAction;
}): Payouts {
  const get: Payouts["get"] = async (id) => {
    if (!isId("payout", id)) return undefined;
    const item = await table.get(keys.payout(id));
    return item === undefined ? undefined : fromPayoutItem(item, readAction);
  };
  return {
    get,
    async byChannelPayout(channel, channelPayoutId) {
      const item = await table.get(keys.channelPayout(channel, channelPayoutId));
      return item === undefined ? undefined : get(pointer.parse(item).withdrawalId);
    },
    async pageOf(owner, request, boundTo) {
      const query = {
        index: "byOwner",
        partition: ownerPartitions.withdrawals(owner),
        newestFirst: true,
      } as const;
      const page = await readPage(table, query, request, boundTo);
      return page.ok
        ? ok({ ...page.value, items: page.value.items.map((item) => fromPayoutItem(item, readAction)) })
        : page;
    },
  };
}

/** The events that a payout's record announces. */
export type PayoutEvent = Extract<EventType, `withdrawal.${string}`>;

/** Replaces a payout if it is still what was read. Each event is told once: its id follows from the payout's. */
export const payoutReplacement = (
  before: Payout,
  after: Payout,
  event?: { readonly type: PayoutEvent; readonly at: EpochMs },
): PutOperation => ({
  put: {
    ...toPayoutItem({ ...after, version: before.version + 1 }),
    ...(event === undefined ? {} : announcing(after, event)),
  },
  ...ifVersion(before.version),
});

/** Makes a payout findable by the channel's id of it; again for the same one changes nothing. */
export const payoutReference = (key: Key, withdrawalId: string): PutOperation => ({
  put: { ...key, withdrawalId },
  condition: "attribute_not_exists(pk) OR #withdrawalId = :withdrawalId",
  names: { "#withdrawalId": "withdrawalId" },
  values: { ":withdrawalId": withdrawalId },
});
