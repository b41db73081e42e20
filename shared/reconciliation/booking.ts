/** What reconciliation moves in the ledger: fees, payouts to our bank, and what nobody can explain. Pure. */
import { clearingAccount, type LedgerAccount, systemAccount } from "../ledger/account.ts";
import { movement } from "../ledger/postings.ts";
import type { CommitRequest } from "../ledger/store.ts";
import { type Money, minorUnits, negate } from "../money/money.ts";
import type { EpochMs } from "../platform/clock.ts";
import { derivedId, type TransferId } from "../platform/ids.ts";
import { type Exception, enteredTransferId, takenBackTransferId } from "./exception.ts";
import { OWN_MEMO } from "./subject.ts";

/** A few transfers a day need no spreading. */
const ONE_CHAIN = 1;

type Entering = {
  readonly transferId: TransferId;
  readonly kind: string;
  readonly channel: string;
  /** What the provider owes us grows by it; below zero it shrinks. */
  readonly amount: Money;
  readonly against: LedgerAccount;
  /** Without a colon. */
  readonly about: string;
  readonly now: EpochMs;
  readonly members?: Readonly<Record<string, unknown>>;
};

function entering({ channel, amount, against, about, now, kind, ...rest }: Entering): CommitRequest {
  const clearing = clearingAccount(channel, rest.transferId, ONE_CHAIN);
  // A clearing account is below zero by what the provider owes us.
  const grows = amount.value > 0;
  return {
    posting: movement({
      transferId: rest.transferId,
      memo: `${OWN_MEMO}:${about}`,
      from: grows ? clearing : against,
      to: grows ? against : clearing,
      amount: grows ? amount : negate(amount),
      countOutflow: false,
    }),
    record: { kind, channel, amount, createdAt: now, ...rest.members },
  };
}

type DayTotal = {
  readonly channel: string;
  readonly day: string;
  readonly total: Money;
  readonly now: EpochMs;
};

/** What the provider kept on a day, in one transfer a currency. @param total above zero when it kept money */
export const feesOfDay = ({ channel, day, total, now }: DayTotal): CommitRequest =>
  entering({
    transferId: derivedId("transfer", "reconciliation", channel, day, total.currency, "fees"),
    kind: "channel-fees",
    channel,
    amount: negate(total),
    against: systemAccount("fees"),
    about: `fees-${day}`,
    now,
    members: { day },
  });

/** What the provider paid out to our bank on a day. @param total below zero when money came back from there */
export const settlementsOfDay = ({ channel, day, total, now }: DayTotal): CommitRequest =>
  entering({
    transferId: derivedId("transfer", "reconciliation", channel, day, total.currency, "settlements"),
    kind: "channel-settlement",
    channel,
    amount: negate(total),
    against: systemAccount("bank"),
    about: `settlements-${day}`,
    now,
    members: { day },
  });

/** Unexplained money into suspense, so that the clearing account says what the provider says. */
export const entryOf = (
  { id, channel, day }: Pick<Exception, "id" | "channel" | "day">,
  amount: Money,
  now: EpochMs,
): CommitRequest =>
  entering({
    transferId: enteredTransferId(id),
    kind: "reconciliation-suspense",
    channel,
    amount,
    against: systemAccount("suspense"),
    about: id,
    now,
    members: { exceptionId: id, day },
  });

/** Takes back what was entered for an exception that is explained by now. */
export const takingBack = (
  { id, channel, day }: Pick<Exception, "id" | "channel" | "day">,
  entered: Money,
  now: EpochMs,
): CommitRequest =>
  entering({
    transferId: takenBackTransferId(id),
    kind: "reconciliation-suspense-return",
    channel,
    amount: { value: minorUnits(-entered.value), currency: entered.currency },
    against: systemAccount("suspense"),
    about: id,
    now,
    members: { exceptionId: id, day },
  });
