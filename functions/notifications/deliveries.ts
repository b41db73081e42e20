/**
 * Deliveries on the table: one record for each message and device or mailbox. Whoever sends takes the record first, for
 * a moment only, so that two copies of a message that arrive together are not both sent; and one that died while
 * sending does not keep the message from being sent for ever.
 */
import * as z from "zod";
import { DAY, type EpochMs, MINUTE, toEpochSeconds } from "../../shared/platform/clock.ts";
import type { AccountId } from "../../shared/platform/ids.ts";
import { keys } from "../../shared/table/keys.ts";
import type { Table } from "../../shared/table/table.ts";

export type Delivery = {
  readonly deliveryId: string;
  readonly accountId: AccountId;
  readonly way: "push" | "email";
};

/** `sent` with the service's own id, or why there was nothing to send and never will be. */
export type SendOutcome =
  | { readonly outcome: "sent"; readonly messageId: string }
  | { readonly outcome: "dropped"; readonly reason: string };

export type Deliveries = {
  /** `taken`: it is the caller's to send. `finished`: it was sent before. `elsewhere`: someone is sending it now. */
  readonly take: (delivery: Delivery, now: EpochMs) => Promise<"taken" | "finished" | "elsewhere">;
  /** How it ended, for good. */
  readonly finish: (deliveryId: string, outcome: SendOutcome, now: EpochMs) => Promise<void>;
  /** It did not work: the next to try need not wait. */
  readonly giveBack: (deliveryId: string) => Promise<void>;
};

/** Longer than a worker lives, shorter than the time after which the queue shows a message again. */
export const TAKEN_MS = MINUTE;

/** Longer than a queue and its dead letters keep a message. */
const KEEP_MS = 30 * DAY;

const recordSchema = z.object({ finishedAt: z.int().optional() });

const names = { "#takenUntil": "takenUntil", "#finishedAt": "finishedAt" } as const;

export const createDeliveries = ({ table }: { readonly table: Table }): Deliveries => ({
  async take({ deliveryId, accountId, way }, now) {
    const taken = await table.update({
      update: keys.delivery(deliveryId),
      set: "SET #takenUntil = :until, #accountId = :accountId, #way = :way, #expiresAt = :expiresAt",
      condition: "attribute_not_exists(#finishedAt) AND (attribute_not_exists(pk) OR #takenUntil < :now)",
      names: { ...names, "#accountId": "accountId", "#way": "way", "#expiresAt": "expiresAt" },
      values: {
        ":now": now,
        ":until": now + TAKEN_MS,
        ":accountId": accountId,
        ":way": way,
        ":expiresAt": toEpochSeconds(now + KEEP_MS),
      },
    });
    if (taken !== undefined) return "taken";
    const existing = recordSchema.parse((await table.get(keys.delivery(deliveryId))) ?? {});
    return existing.finishedAt === undefined ? "elsewhere" : "finished";
  },

  async finish(deliveryId, { outcome, ...rest }, now) {
    await table.update({
      update: keys.delivery(deliveryId),
      set: "SET #finishedAt = :now, #outcome = :outcome, #detail = :detail REMOVE #takenUntil",
      names: { ...names, "#outcome": "outcome", "#detail": "detail" },
      values: { ":now": now, ":outcome": outcome, ":detail": rest },
    });
  },

  async giveBack(deliveryId) {
    await table.update({
      update: keys.delivery(deliveryId),
      set: "SET #takenUntil = :zero",
      condition: "attribute_not_exists(#finishedAt)",
      names,
      values: { ":zero": 0 },
    });
  },
});
