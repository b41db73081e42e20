/** Transactions that share a post's counter: losing a race means trying again, a refused condition is an answer. */
import { fullJitterMs } from "../../shared/platform/backoff.ts";
import type { CancellationReason, WriteOperation } from "../../shared/table/table.ts";
import type { FeedDeps } from "./deps.ts";

/** Twenty people at one post all come through; with full jitter, three seconds at most. */
const ATTEMPTS = 10;

export type Committed =
  | { readonly outcome: "written" }
  /** Nothing was written. One reason for each operation, in order; at least one is `condition`. */
  | { readonly outcome: "refused"; readonly reasons: readonly CancellationReason[] }
  /** Nothing was written, after losing many races. */
  | { readonly outcome: "busy" };

export async function commit(
  { table, platform }: Pick<FeedDeps, "table" | "platform">,
  operations: readonly WriteOperation[],
): Promise<Committed> {
  for (let tries = 1; tries <= ATTEMPTS; tries += 1) {
    const written = await table.transact(operations);
    if (written.ok) return { outcome: "written" };
    if (written.error.some(({ code }) => code === "condition")) {
      return { outcome: "refused", reasons: written.error };
    }
    await platform.timer.sleep(fullJitterMs(tries, platform.random));
  }
  return { outcome: "busy" };
}
