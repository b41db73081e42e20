/**
 * The pure core of the ledger: from a posting and the newest entries of the chains it touches to the next entries, or
 * a refusal. A posting is balanced: its legs sum to zero in each currency.
 */
import type { Currency } from "../money/currencies.ts";
import { minorUnits } from "../money/money.ts";
import type { EpochMs } from "../platform/clock.ts";
import { err, ok, type Result } from "../result.ts";
import { type AccessState, isRevoked, type Session } from "./access.ts";
import { type LedgerAccount, mayGoBelowZero } from "./account.ts";
import {
  type Amounts,
  type Chain,
  chainKey,
  type Entry,
  type EntryKind,
  initialState,
  seal,
} from "./entry.ts";
import {
  countOutflow,
  FULL_SHARE,
  type LimitRefusal,
  type Limits,
  outflowAt,
  shareOfLimits,
  uncountOutflow,
} from "./limits.ts";

/** What one chain undergoes. */
export type Leg = Chain & {
  /** Changes, in signed minor units. */
  readonly amount: Amounts;
  /**
   * `count`: what leaves counts towards the customer's limits, of which they have a share (percent; all of them where
   * none is given). `uncount`: a hold that was counted at the given time comes back, `whole` or in part. Left out:
   * limits are not touched.
   */
  readonly outflow?:
    | { readonly count: number; readonly limitShare?: number }
    | { readonly uncount: number; readonly countedAt: EpochMs; readonly whole?: true };
  readonly counterparty?: LedgerAccount;
  /** For `access` postings: the access state from here on. */
  readonly access?: AccessState;
  /** Money that the channel contests is held even on a frozen account. */
  readonly despiteFreeze?: true;
};

export type Posting = {
  readonly transferId: string;
  readonly kind: EntryKind;
  readonly legs: readonly Leg[];
  readonly memo?: string;
  /** Who asked, when a person did: their session is checked against their own chain. */
  readonly actor?: Session & { readonly account: LedgerAccount };
};

export type LedgerRefusal =
  | { readonly code: "insufficient-funds"; readonly account: LedgerAccount; readonly available: number }
  | {
      readonly code: "account-frozen";
      readonly account: LedgerAccount;
      readonly frozenFor: readonly string[];
    }
  | { readonly code: "session-revoked" }
  | { readonly code: "currency-not-supported"; readonly currency: Currency }
  | (LimitRefusal & { readonly account: LedgerAccount });

/** The newest entries by `chainKey`; a chain that has none yet may come with the access state it starts under. */
export type Heads = ReadonlyMap<string, Entry | { readonly opensWith: AccessState } | undefined>;

/** Held money that a posting takes is not there: its hold ended meanwhile, or its maker used it twice. */
export class HeldMoneyGone extends Error {}

const isEntry = (head: Entry | { readonly opensWith: AccessState } | undefined): head is Entry =>
  head !== undefined && "hash" in head;

/** @throws Error when a posting could never be right: a bug of its maker, not a refusal. */
export function assertSound(posting: Posting): void {
  const seen = new Set<string>();
  const sums = new Map<Currency, number>();
  for (const leg of posting.legs) {
    const key = chainKey(leg);
    if (seen.has(key)) throw new Error(`a posting touches the chain ${key} twice`);
    seen.add(key);
    sums.set(
      leg.currency,
      minorUnits((sums.get(leg.currency) ?? 0) + leg.amount.available + leg.amount.held),
    );
  }
  if (posting.legs.length === 0) throw new Error("a posting needs a leg");
  for (const [currency, sum] of sums) {
    if (sum !== 0) throw new Error(`a posting is off balance by ${sum} ${currency}`);
  }
}

/** Time does not run backwards along a chain, even where the clocks of two functions differ. */
const timeOf = (now: EpochMs, heads: Heads, legs: readonly Leg[]): EpochMs =>
  legs.reduce((latest, leg) => {
    const head = heads.get(chainKey(leg));
    return isEntry(head) ? Math.max(latest, head.at) : latest;
  }, now);

function nextEntry(
  posting: Posting,
  leg: Leg,
  head: Entry | { readonly opensWith: AccessState } | undefined,
  at: EpochMs,
  limits: Limits,
): Result<Entry, LedgerRefusal> {
  const before = isEntry(head)
    ? head.state
    : { ...initialState, access: head?.opensWith ?? initialState.access };
  const { account, currency, amount } = leg;
  const access = leg.access ?? before.access;

  if (posting.actor?.account === account && isRevoked(before.access, posting.actor)) {
    return err({ code: "session-revoked" });
  }
  // A freeze stops money from leaving and from being promised; promises made before it are kept.
  if (amount.available < 0 && before.access.frozenFor.length > 0) {
    const { frozenFor } = before.access;
    if (leg.despiteFreeze !== true) return err({ code: "account-frozen", account, frozenFor });
  }
  const available = minorUnits(before.available + amount.available);
  const held = minorUnits(before.held + amount.held);
  if (held < 0) throw new HeldMoneyGone(`${account} would hold ${held}: a hold was used twice`);
  if (available < 0 && amount.available < 0 && !mayGoBelowZero(account)) {
    return err({ code: "insufficient-funds", account, available: before.available });
  }

  let outflow = outflowAt(before.outflow, at);
  if (leg.outflow !== undefined && "count" in leg.outflow) {
    const limit = limits[currency];
    if (limit === undefined) return err({ code: "currency-not-supported", currency });
    const { count, limitShare = FULL_SHARE } = leg.outflow;
    const counted = countOutflow(outflow, count, shareOfLimits(limit, limitShare), at);
    if (!counted.ok) return err({ ...counted.error, account });
    outflow = counted.value;
  } else if (leg.outflow !== undefined) {
    const { uncount, countedAt, whole = false } = leg.outflow;
    outflow = uncountOutflow(outflow, uncount, countedAt, whole);
  }

  const [other, ...more] = posting.legs.filter((candidate) => candidate !== leg);
  const counterparty = leg.counterparty ?? (more.length === 0 ? other?.account : undefined);
  return ok(
    seal({
      account,
      currency,
      sequence: isEntry(head) ? head.sequence + 1 : 1,
      transferId: posting.transferId,
      kind: posting.kind,
      amount,
      state: { available, held, outflow, access },
      ...(counterparty === undefined ? {} : { counterparty }),
      ...(posting.memo === undefined ? {} : { memo: posting.memo }),
      at,
      previousHash: isEntry(head) ? head.hash : "",
    }),
  );
}

/**
 * The next entry of every chain, in the order of the legs, or the first refusal in that order.
 * @throws Error on an unsound posting (see `assertSound`), RangeError when a sum leaves the safe integers.
 */
export function decide(
  posting: Posting,
  heads: Heads,
  { now, limits }: { readonly now: EpochMs; readonly limits: Limits },
): Result<readonly Entry[], LedgerRefusal> {
  assertSound(posting);
  const at = timeOf(now, heads, posting.legs);
  const entries: Entry[] = [];
  for (const leg of posting.legs) {
    const next = nextEntry(posting, leg, heads.get(chainKey(leg)), at, limits);
    if (!next.ok) return next;
    entries.push(next.value);
  }
  return ok(entries);
}
