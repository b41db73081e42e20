/** Moves of money in a ledger in memory, as tests of the pure core make them again and again. */
import type { LedgerAccount } from "../../shared/ledger/account.ts";
import type { PendingHold } from "../../shared/ledger/hold.ts";
import { movement } from "../../shared/ledger/postings.ts";
import { HOUR } from "../../shared/platform/clock.ts";
import { derivedId } from "../../shared/platform/ids.ts";
import { type Book, funding, NOON } from "./book.ts";
import { usd } from "./usd.ts";

let made = 0;

/** Transfer ids of one test file, each new. */
export const nextId = (): string => {
  made += 1;
  return derivedId("transfer", `test ${made}`);
};

/** From here on the same ids come again: for what is played twice. */
export const restartIds = (): void => {
  made = 0;
};

/** A payment of dollars that counts towards the payer's limits. */
export const pay = (
  from: LedgerAccount,
  to: LedgerAccount,
  value: number,
  rest: Partial<Parameters<typeof movement>[0]> = {},
) => movement({ transferId: nextId(), from, to, amount: usd(value), countOutflow: true, ...rest });

/** Gives dollars out of nowhere. @throws Error when the ledger refuses. */
export const fund = (book: Book, to: LedgerAccount, value: number): void => {
  const posted = book.post(
    movement({ transferId: nextId(), from: funding, to, amount: usd(value), countOutflow: false }),
  );
  if (!posted.ok) throw new Error(posted.error.code);
};

export const balance = (book: Book, account: LedgerAccount) => {
  const state = book.head({ account, currency: "USD" })?.state;
  return { available: state?.available ?? 0, held: state?.held ?? 0 };
};

/** The hold that was placed for so many cents. */
export const holdOf = (account: LedgerAccount, value: number, placedAt = NOON): PendingHold => ({
  status: "pending",
  id: derivedId("hold", "h", String(value)),
  account,
  amount: usd(value),
  placedAt,
  expiresAt: placedAt + HOUR,
});
