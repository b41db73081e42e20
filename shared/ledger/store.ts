/**
 * The ledger on the table: reads the heads, lets the pure core decide, and writes the entries with the business
 * record in one transaction. Every entry is written under the condition that its sequence number does not exist, so
 * a race loses instead of corrupting: the loser reads again and decides again.
 */
import { fullJitterMs } from "../platform/backoff.ts";
import type { AccountId } from "../platform/ids.ts";
import type { Platform } from "../platform/platform.ts";
import { chainPartition, keys } from "../table/keys.ts";
import {
  type CancellationReason,
  type Item,
  NOT_EXISTS,
  type Table,
  type WriteOperation,
} from "../table/table.ts";
import type { AccessState } from "./access.ts";
import { ownerOf } from "./account.ts";
import { fromEntryItem, toEntryItem } from "./codec.ts";
import { type Chain, chainKey, type Entry } from "./entry.ts";
import type { Limits } from "./limits.ts";
import { decide, type Heads, type LedgerRefusal, type Posting } from "./posting.ts";

/**
 * How a person's first chain in a currency is opened: under a condition on their own record, so that a freeze cannot
 * be walked around with a new currency. `undefined` when there is no such person.
 */
export type ChainOpening = (
  owner: AccountId,
  chain: Chain,
) => Promise<{ readonly access: AccessState; readonly operation: WriteOperation } | undefined>;

export type CommitRequest = {
  readonly posting: Posting;
  /**
   * The business record's members, its event too. It is written once under the posting's transfer id; a second
   * commit of the same id changes nothing and answers with what is there.
   */
  readonly record: Item;
  /** Writes that belong to the same transaction: state moves, each with the condition that allows it. */
  readonly also?: readonly WriteOperation[];
  /** Keep in the record where the entries are, so that they are found by the transfer. */
  readonly listEntries?: true;
};

export type CommitOutcome =
  | { readonly outcome: "committed"; readonly entries: readonly Entry[]; readonly record: Item }
  /** The transfer was committed before: here is its record. */
  | { readonly outcome: "exists"; readonly record: Item }
  | { readonly outcome: "refused"; readonly refusal: LedgerRefusal }
  /** A person who does not exist cannot receive. */
  | { readonly outcome: "no-such-account"; readonly account: string }
  /** A condition of `also` was refused: which one, and the item as it stands. */
  | { readonly outcome: "condition-refused"; readonly index: number; readonly item?: Item }
  /** Lost too many races in a row; nothing was written. */
  | { readonly outcome: "busy" };

export type Ledger = {
  readonly commit: (request: CommitRequest) => Promise<CommitOutcome>;
  /** The newest entry of a chain, strongly consistent: the balance. */
  readonly head: (chain: Chain) => Promise<Entry | undefined>;
  readonly transfer: (transferId: string) => Promise<Item | undefined>;
};

export type LedgerDeps = {
  readonly table: Table;
  readonly platform: Pick<Platform, "clock" | "random" | "timer" | "metrics">;
  readonly limits: Limits;
  readonly openChain: ChainOpening;
};

/** Where an entry is in its account's chain. */
const placeOf = ({ account, currency, sequence }: Entry) => ({ account, currency, sequence });

/** Tries at one commit before the caller is told to come back; with jitter they take about two seconds at most. */
export const MAX_ATTEMPTS = 14;

type Loaded = {
  readonly heads: Heads;
  readonly openings: readonly WriteOperation[];
  readonly missing?: string;
};

export function createLedger({ table, platform, limits, openChain }: LedgerDeps): Ledger {
  const head = async (chain: Chain): Promise<Entry | undefined> => {
    const page = await table.query({
      partition: chainPartition(chain.account, chain.currency),
      newestFirst: true,
      limit: 1,
      consistent: true,
    });
    const newest = page.items[0];
    return newest === undefined ? undefined : fromEntryItem(newest);
  };

  const transfer = (transferId: string) => table.get(keys.transfer(transferId));

  async function load(posting: Posting): Promise<Loaded> {
    const found = await Promise.all(posting.legs.map(async (leg) => ({ leg, newest: await head(leg) })));
    const heads = new Map<string, Entry | { readonly opensWith: AccessState } | undefined>();
    const openings: WriteOperation[] = [];
    for (const { leg, newest } of found) {
      const owner = ownerOf(leg.account);
      if (newest === undefined && owner !== undefined) {
        const opening = await openChain(owner, leg);
        if (opening === undefined) return { heads, openings, missing: leg.account };
        openings.push(opening.operation);
        heads.set(chainKey(leg), { opensWith: opening.access });
      } else {
        heads.set(chainKey(leg), newest);
      }
    }
    return { heads, openings };
  }

  /** One round of reads, one decision, one write. `undefined` means: lost a race, try again. */
  async function attempt({
    posting,
    record,
    also = [],
    listEntries,
  }: CommitRequest): Promise<CommitOutcome | undefined> {
    const { heads, openings, missing } = await load(posting);
    if (missing !== undefined) return { outcome: "no-such-account", account: missing };

    const decision = decide(posting, heads, { now: platform.clock.now(), limits });
    if (!decision.ok) {
      // Who may not ask is told nothing of what was.
      if (decision.error.code === "session-revoked") return { outcome: "refused", refusal: decision.error };
      // What spent the money may have been this very transfer, committed by an earlier try.
      const existing = await transfer(posting.transferId);
      return existing === undefined
        ? { outcome: "refused", refusal: decision.error }
        : { outcome: "exists", record: existing };
    }
    const entries = decision.value;
    const item: Item = {
      ...keys.transfer(posting.transferId),
      transferId: posting.transferId,
      posting: posting.kind,
      entryCount: entries.length,
      postedAt: entries[0]?.at ?? 0,
      ...(listEntries === true ? { entries: entries.map(placeOf) } : {}),
      ...record,
    };
    const operations: WriteOperation[] = [
      { put: item, condition: NOT_EXISTS },
      ...entries.map((entry) => ({ put: toEntryItem(entry), condition: NOT_EXISTS })),
      ...openings,
      ...also,
    ];
    const written = await table.transact(operations);
    if (written.ok) return { outcome: "committed", entries, record: item };
    return classify(written.error, operations.length - also.length);
  }

  /** What a cancelled transaction means for the commit. @param own how many operations come before those of `also`. */
  function classify(reasons: readonly CancellationReason[], own: number): CommitOutcome | undefined {
    const [first] = reasons;
    if (first?.code === "condition") return { outcome: "exists", record: first.item ?? {} };
    const refused = reasons.findIndex((reason, index) => index >= own && reason.code === "condition");
    const racing = reasons.some((reason, index) => index < own && reason.code !== "none");
    // A lost race comes first: the other conditions were tried against a state that is past.
    if (refused === -1 || racing) return undefined;
    const reason = reasons[refused];
    return {
      outcome: "condition-refused",
      index: refused - own,
      ...(reason?.code === "condition" && reason.item !== undefined ? { item: reason.item } : {}),
    };
  }

  return {
    head,
    transfer,
    async commit(request) {
      for (let tries = 1; tries <= MAX_ATTEMPTS; tries += 1) {
        const outcome = await attempt(request);
        if (outcome !== undefined) return outcome;
        platform.metrics.count("LedgerConflicts");
        await platform.timer.sleep(fullJitterMs(tries, platform.random, 10, 400));
      }
      return { outcome: "busy" };
    },
  };
}
