/** Whether the books are right after a run: nothing was made or lost, and the audit finds nothing. */
import { inspect } from "node:util";
import { runAudit } from "../../../../functions/ops/run-audit.ts";
import { fromEntryItem } from "../../../../shared/ledger/codec.ts";
import type { WholeWorld } from "../../../builders/whole-world.ts";

/** How much there is. */
export type Books = { readonly items: number; readonly entries: number; readonly transfers: number };

/** @throws Error when money was made or lost, a customer is below zero, or the audit finds anything. */
export async function checkBooks(w: WholeWorld): Promise<Books> {
  await w.settle(600_000);
  const { clean, findings } = await runAudit({ table: w.world.table, platform: w.world.platform });
  const items = await w.items();
  const audit = items.get("AUDIT#LATEST AUDIT");
  if (!clean) throw new Error(`the audit has ${findings} findings: ${inspect(audit?.["findings"])}`);
  const sums = new Map<string, number>();
  let entries = 0;
  for (const [key, item] of items) {
    if (!key.startsWith("LEDGER#")) continue;
    entries += 1;
    const { account, currency, amount, state } = fromEntryItem(item);
    sums.set(currency, (sums.get(currency) ?? 0) + amount.available + amount.held);
    if (account.startsWith("user:") && (state.available < 0 || state.held < 0))
      throw new Error(
        `${account} was below zero: ${JSON.stringify({ available: state.available, held: state.held })}`,
      );
  }
  for (const [currency, sum] of sums) if (sum !== 0) throw new Error(`${currency} sums to ${sum}, not 0`);
  const transfers = [...items.keys()].filter((key) => key.startsWith("TRANSFER#")).length;
  return { items: items.size, entries, transfers };
}
