/** Observations on the table: one small item a channel, day and distance, added to under a mark of what was counted. */
import * as z from "zod";
import { DAY, type EpochMs, toEpochSeconds } from "../platform/clock.ts";
import { keys, routingPartition } from "../table/keys.ts";
import { NOT_EXISTS, queryAll, type Table } from "../table/table.ts";
import { type Distance, distances } from "./distance.ts";
import { addObservations, nothingObserved, type Observation } from "./observed.ts";

/** How far back a quote looks, in days; older items go by the table's time to live. */
export const OBSERVED_DAYS = 30;

/** A repetition is noticed for this long: longer than any queue keeps one. */
const MARK_MS = 15 * DAY;

/** What one end of a payment, or one dispute, adds. */
export type Contribution = {
  /** What is counted, once for each mark: the id of a payment that ended, of a dispute. */
  readonly mark: string;
  readonly channel: string;
  readonly distance: Distance;
  readonly at: EpochMs;
  readonly adds: Partial<Observation>;
};

export type Observed = Readonly<Record<Distance, Observation>>;

export type Observations = {
  /** 2 items in a transaction: 4 write units. A second time changes nothing. */
  readonly add: (contribution: Contribution) => Promise<void>;
  /** The sums of the last 30 days. One query. */
  readonly of: (channel: string, now: EpochMs) => Promise<Observed>;
};

const dayOf = (at: EpochMs): string => new Date(at).toISOString().slice(0, 10);
const none = z.number().default(0);
/** A sum that nothing was added to is not in the item. */
const itemSchema = z.object({
  distance: z.enum(distances),
  ended: none,
  failed: none,
  disputed: none,
  settled: none,
  settleSeconds: none,
});

export const createObservations = ({ table }: { readonly table: Table }): Observations => ({
  async add({ mark, channel, distance, at, adds }) {
    const sums = Object.entries(adds);
    const written = await table.transact([
      {
        put: { ...keys.observationMark(channel, mark), expiresAt: toEpochSeconds(at + MARK_MS) },
        condition: NOT_EXISTS,
      },
      {
        update: keys.observation(channel, dayOf(at), distance),
        set: `SET distance = :distance, expiresAt = :expiresAt ADD ${sums.map(([name]) => `#${name} :${name}`).join(", ")}`,
        names: Object.fromEntries(sums.map(([name]) => [`#${name}`, name])),
        values: {
          ":distance": distance,
          ":expiresAt": toEpochSeconds(at + (OBSERVED_DAYS + 5) * DAY),
          ...Object.fromEntries(sums.map(([name, value]) => [`:${name}`, value])),
        },
      },
    ]);
    if (written.ok || written.error[0]?.code === "condition") return;
    throw new Error("an observation met others that were being added; it comes again");
  },

  async of(channel, now) {
    const items = await queryAll(table, {
      partition: routingPartition(channel),
      sort: "#sk BETWEEN :from AND :to",
      values: { ":from": `DAY#${dayOf(now - OBSERVED_DAYS * DAY)}`, ":to": `DAY#${dayOf(now)}~` },
    });
    const sums: Record<Distance, Observation> = {
      "same-region": nothingObserved,
      "cross-region": nothingObserved,
      "cross-border": nothingObserved,
    };
    for (const item of items) {
      const { distance, ...seen } = itemSchema.parse(item);
      sums[distance] = addObservations(sums[distance], seen);
    }
    return sums;
  },
});
