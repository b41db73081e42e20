/** A ledger in memory for tests of the pure core: chains by key, postings applied one after the other. */
import { type LedgerAccount, systemAccount, userAccount } from "../../shared/ledger/account.ts";
import { type Chain, chainKey, type Entry } from "../../shared/ledger/entry.ts";
import type { Limits } from "../../shared/ledger/limits.ts";
import { decide, type LedgerRefusal, type Posting } from "../../shared/ledger/posting.ts";
import { derivedId } from "../../shared/platform/ids.ts";
import type { Result } from "../../shared/result.ts";

export const person = (name: string): LedgerAccount => userAccount(derivedId("account", name));
export const funding = systemAccount("funding");

export const wideLimits: Limits = {
  USD: { perTransfer: 1e12, perDay: 1e13, perMonth: 1e14 },
  EUR: { perTransfer: 1e12, perDay: 1e13, perMonth: 1e14 },
};

export const NOON = Date.parse("2026-11-22T12:00:00Z");

export type Book = {
  readonly post: (posting: Posting, now?: number) => Result<readonly Entry[], LedgerRefusal>;
  readonly chains: () => readonly (readonly Entry[])[];
  readonly head: (chain: Chain) => Entry | undefined;
};

export function createBook(limits: Limits = wideLimits): Book {
  const chains = new Map<string, Entry[]>();
  const heads = () => new Map([...chains].map(([key, entries]) => [key, entries.at(-1)]));
  return {
    post(posting, now = NOON) {
      const decision = decide(posting, heads(), { now, limits });
      if (decision.ok) {
        for (const entry of decision.value) {
          const chain = chains.get(chainKey(entry)) ?? [];
          chain.push(entry);
          chains.set(chainKey(entry), chain);
        }
      }
      return decision;
    },
    chains: () => [...chains.values()],
    head: (chain) => chains.get(chainKey(chain))?.at(-1),
  };
}
