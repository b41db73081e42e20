/**
 * The sweep: everything whose time has come. Nothing that is unfinished depends on a callback, a queue or a client
 * to come to its end; this finds it by the index of due work.
 */
import * as z from "zod";
import { SECOND } from "../../shared/platform/clock.ts";
import { duePartition } from "../../shared/table/keys.ts";
import { DUE_SHARDS } from "../../shared/table/schema.ts";
import type { Item } from "../../shared/table/table.ts";
import type { PaymentDeps } from "./deps.ts";
import { type DueKind, dueKindOf } from "./due-kinds.ts";

export type SweepBudget = {
  /** Items taken from each of the index's shards; what is left is taken a minute later. */
  readonly perShard: number;
  readonly concurrency: number;
  /** After this no new item is begun. */
  readonly forMs: number;
};

export const SWEEP_BUDGET: SweepBudget = { perShard: 50, concurrency: 8, forMs: 35 * SECOND };

const dueSchema = z.object({ pk: z.string(), sk: z.string(), dueAt: z.int() });
type Due = z.output<typeof dueSchema> & { readonly kind: DueKind };

/** Pages of a shard that are read to find work of our kinds among others. */
const MAX_PAGES = 4;

/** What is due in one shard, oldest first. */
async function dueIn({ table }: PaymentDeps, shard: number, now: number, limit: number): Promise<Due[]> {
  const found: Due[] = [];
  let after: Item | undefined;
  for (let pages = 0; pages < MAX_PAGES && found.length < limit; pages += 1) {
    const page = await table.query({
      index: "byDue",
      partition: duePartition(shard),
      sort: "#sk <= :now",
      values: { ":now": now },
      limit,
      ...(after === undefined ? {} : { after }),
    });
    for (const item of page.items) {
      const due = dueSchema.parse(item);
      const kind = dueKindOf(due);
      if (kind !== undefined) found.push({ ...due, kind });
    }
    after = page.lastKey;
    if (after === undefined) break;
  }
  return found.slice(0, limit);
}

/** Runs `task` on every item, a few at a time, as long as `goOn` holds. @returns how many were begun. */
async function inParallel<T>(
  items: readonly T[],
  concurrency: number,
  goOn: () => boolean,
  task: (item: T) => Promise<void>,
): Promise<number> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length && goOn()) {
      const item = items[next];
      next += 1;
      if (item !== undefined) await task(item);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return next;
}

export type SweepReport = { readonly due: number; readonly done: number; readonly failed: number };

/** One run: bounded in items and time. Each item fails alone. */
export async function sweepDue(deps: PaymentDeps, budget: SweepBudget = SWEEP_BUDGET): Promise<SweepReport> {
  const { clock, log, metrics } = deps.platform;
  const startedAt = clock.now();
  const shards = Array.from({ length: DUE_SHARDS }, (_, shard) => shard);
  const found = await Promise.all(shards.map((shard) => dueIn(deps, shard, startedAt, budget.perShard)));
  const due = found.flat().toSorted((a, b) => a.dueAt - b.dueAt);
  // How late the sweep is with a payment, or how long one is unfinished beyond its expiry: the alarm is on this.
  const overdue = due.find(({ kind }) => kind.isTimed);
  let oldestSeconds = overdue === undefined ? 0 : Math.floor((startedAt - overdue.dueAt) / 1000);
  let failed = 0;
  const done = await inParallel(
    due,
    budget.concurrency,
    () => clock.now() - startedAt < budget.forMs,
    async (item) => {
      try {
        oldestSeconds = Math.max(oldestSeconds, await item.kind.check(deps, item, log));
      } catch (cause) {
        failed += 1;
        log.error("due-work-failed", cause, { item: item.pk });
      }
    },
  );
  metrics.gauge("OldestUnfinishedPaymentSeconds", oldestSeconds, "Seconds");
  const report = { due: due.length, done, failed };
  log.info("sweep-done", report);
  return report;
}
