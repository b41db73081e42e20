/**
 * The audit of the ledger: re-derives every invariant from the stored entries alone. Fed item by item, as a scan of the
 * table gives them: the entries of one chain one after the other, chains and records in any order.
 */

import * as z from "zod";
import type { EpochMs } from "../platform/clock.ts";
import type { Item } from "../table/table.ts";
import { mayGoBelowZero } from "./account.ts";
import { fromEntryItem } from "./codec.ts";
import { chainKey, type Entry } from "./entry.ts";
import { type ChainFault, verifyChain } from "./verify.ts";

export type LedgerFinding =
  | { readonly code: "chain-fault"; readonly subject: string; readonly detail: ChainFault["fault"] }
  | {
      readonly code:
        | "transfer-off-balance"
        | "transfer-incomplete"
        | "transfer-without-record"
        | "currency-off-balance";
      readonly subject: string;
      readonly detail: string;
    };

export type LedgerTotals = {
  readonly chains: number;
  readonly entries: number;
  readonly transfers: number;
  /** Currency → minor units that belong to people and campaigns, held money included. */
  readonly owned: Readonly<Record<string, number>>;
};

const recordSchema = z.object({ transferId: z.string(), entryCount: z.int(), postedAt: z.int() });

type Sums = { entries: number; expected: number | undefined; byCurrency: Map<string, bigint> };

const PARTITIONS = { entry: "LEDGER#", record: "TRANSFER#" } as const;

const startsWith = (item: Item, prefix: string): boolean =>
  typeof item["pk"] === "string" && item["pk"].startsWith(prefix);

/**
 * @param cutoff entries posted at or after it are left out. On a table in use, take a moment some minutes before the
 * scan began: everything posted before it was there in full, so what is missing is missing.
 */
export function createLedgerAudit(cutoff: EpochMs) {
  const findings: LedgerFinding[] = [];
  const transfers = new Map<string, Sums>();
  const totals = new Map<string, bigint>();
  const owned = new Map<string, bigint>();
  let counted = { chains: 0, entries: 0, transfers: 0 };
  let newest: Entry | undefined;

  const sumsOf = (transferId: string): Sums => {
    const known = transfers.get(transferId) ?? { entries: 0, expected: undefined, byCurrency: new Map() };
    transfers.set(transferId, known);
    return known;
  };

  const closeChain = (): void => {
    if (newest === undefined) return;
    const { account, currency, state } = newest;
    const balance = BigInt(state.available) + BigInt(state.held);
    totals.set(currency, (totals.get(currency) ?? 0n) + balance);
    if (!mayGoBelowZero(account)) owned.set(currency, (owned.get(currency) ?? 0n) + balance);
    counted = { ...counted, chains: counted.chains + 1 };
    newest = undefined;
  };

  /** What is complete and balanced needs no memory any more. */
  const settle = (transferId: string, sums: Sums): void => {
    if (sums.expected !== sums.entries) return;
    for (const [currency, sum] of sums.byCurrency) {
      if (sum !== 0n)
        findings.push({ code: "transfer-off-balance", subject: transferId, detail: `${sum} ${currency}` });
    }
    counted = { ...counted, transfers: counted.transfers + 1 };
    transfers.delete(transferId);
  };

  function addEntry(entry: Entry): void {
    if (entry.at >= cutoff) return;
    const before = newest !== undefined && chainKey(newest) === chainKey(entry) ? newest : undefined;
    if (before === undefined) closeChain();
    // The entry before it, if any, is checked already: only what is new is reported.
    const faults = verifyChain(entry, before === undefined ? [entry] : [before, entry]);
    for (const { chain, sequence, fault } of faults) {
      if (sequence === entry.sequence)
        findings.push({ code: "chain-fault", subject: `${chain}#${sequence}`, detail: fault });
    }
    if (before === undefined && entry.sequence !== 1) {
      findings.push({ code: "chain-fault", subject: `${chainKey(entry)}#${entry.sequence}`, detail: "gap" });
    }
    newest = entry;
    counted = { ...counted, entries: counted.entries + 1 };
    const sums = sumsOf(entry.transferId);
    sums.entries += 1;
    const moved = BigInt(entry.amount.available) + BigInt(entry.amount.held);
    sums.byCurrency.set(entry.currency, (sums.byCurrency.get(entry.currency) ?? 0n) + moved);
    settle(entry.transferId, sums);
  }

  function addRecord(item: Item): void {
    const { transferId, entryCount, postedAt } = recordSchema.parse(item);
    if (postedAt >= cutoff) return;
    const sums = sumsOf(transferId);
    sums.expected = entryCount;
    settle(transferId, sums);
  }

  return {
    /** Passes over what is not the ledger's. @throws ZodError when an entry or a record cannot be read. */
    add(item: Item): void {
      if (startsWith(item, PARTITIONS.entry)) addEntry(fromEntryItem(item));
      else if (startsWith(item, PARTITIONS.record)) addRecord(item);
    },
    finish(): { readonly findings: readonly LedgerFinding[]; readonly totals: LedgerTotals } {
      closeChain();
      for (const [transferId, { entries, expected }] of transfers) {
        findings.push(
          expected === undefined
            ? { code: "transfer-without-record", subject: transferId, detail: `${entries} entries` }
            : {
                code: "transfer-incomplete",
                subject: transferId,
                detail: `${entries} of ${expected} entries`,
              },
        );
      }
      for (const [currency, sum] of totals) {
        if (sum !== 0n)
          findings.push({ code: "currency-off-balance", subject: currency, detail: `sums to ${sum}, not 0` });
      }
      const ownedNumbers = Object.fromEntries([...owned].map(([currency, sum]) => [currency, Number(sum)]));
      return { findings, totals: { ...counted, owned: ownedNumbers } };
    },
  };
}
