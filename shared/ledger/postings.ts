/** The postings that the product makes, each by a function that names what it means. */
import { type Money, minorUnits, negate } from "../money/money.ts";
import type { AccessState, Session } from "./access.ts";
import type { LedgerAccount } from "./account.ts";
import type { Chain } from "./entry.ts";
import type { PendingHold } from "./hold.ts";
import type { Leg, Posting } from "./posting.ts";

type Actor = Session & { readonly account: LedgerAccount };

const leg = (account: LedgerAccount, amount: Money, rest: Partial<Leg> = {}): Leg => ({
  account,
  currency: amount.currency,
  amount: { available: amount.value, held: 0 },
  ...rest,
});

/** From one account to another; counted towards the payer's limits when a customer pays. */
export const movement = (input: {
  readonly transferId: string;
  readonly from: LedgerAccount;
  readonly to: LedgerAccount;
  readonly amount: Money;
  readonly memo?: string;
  readonly actor?: Actor;
  readonly countOutflow: boolean;
}): Posting => ({
  transferId: input.transferId,
  kind: "transfer",
  legs: [
    leg(
      input.from,
      negate(input.amount),
      input.countOutflow ? { outflow: { count: input.amount.value } } : {},
    ),
    leg(input.to, input.amount),
  ],
  ...(input.memo === undefined ? {} : { memo: input.memo }),
  ...(input.actor === undefined ? {} : { actor: input.actor }),
});

/** From one account to several, as one balanced transfer. */
export const distribution = (input: {
  readonly transferId: string;
  readonly from: LedgerAccount;
  readonly to: readonly { readonly account: LedgerAccount; readonly amount: Money }[];
  readonly currency: Money["currency"];
  readonly memo?: string;
}): Posting => {
  const total = minorUnits(input.to.reduce((sum, share) => sum + share.amount.value, 0));
  return {
    transferId: input.transferId,
    kind: "transfer",
    legs: [
      leg(input.from, negate({ value: total, currency: input.currency })),
      ...input.to.map((share) => leg(share.account, share.amount, { counterparty: input.from })),
    ],
    ...(input.memo === undefined ? {} : { memo: input.memo }),
  };
};

/** Reserves money on one account: it can no longer be spent, and has not moved. */
export const holdPlacement = (input: {
  readonly transferId: string;
  readonly account: LedgerAccount;
  readonly amount: Money;
  readonly memo?: string;
  readonly actor?: Actor;
}): Posting => ({
  transferId: input.transferId,
  kind: "hold",
  legs: [
    {
      account: input.account,
      currency: input.amount.currency,
      amount: { available: minorUnits(-input.amount.value), held: input.amount.value },
      outflow: { count: input.amount.value },
    },
  ],
  ...(input.memo === undefined ? {} : { memo: input.memo }),
  ...(input.actor === undefined ? {} : { actor: input.actor }),
});

/** Moves all or part of a hold to another account; the rest goes back to its owner in the same entry. */
export const holdCapture = (input: {
  readonly transferId: string;
  readonly hold: PendingHold;
  readonly amount: Money;
  readonly to: LedgerAccount;
  readonly memo?: string;
}): Posting => {
  const { hold, amount } = input;
  const rest = minorUnits(hold.amount.value - amount.value);
  return {
    transferId: input.transferId,
    kind: "capture",
    legs: [
      {
        account: hold.account,
        currency: amount.currency,
        amount: { available: rest, held: minorUnits(-hold.amount.value) },
        ...(rest === 0 ? {} : { outflow: { uncount: rest, countedAt: hold.placedAt } }),
        counterparty: input.to,
      },
      leg(input.to, amount, { counterparty: hold.account }),
    ],
    ...(input.memo === undefined ? {} : { memo: input.memo }),
  };
};

/** Gives a hold back to its owner. */
export const holdRelease = (input: {
  readonly transferId: string;
  readonly hold: PendingHold;
  readonly memo?: string;
}): Posting => ({
  transferId: input.transferId,
  kind: "release",
  legs: [
    {
      account: input.hold.account,
      currency: input.hold.amount.currency,
      amount: { available: input.hold.amount.value, held: minorUnits(-input.hold.amount.value) },
      outflow: { uncount: input.hold.amount.value, countedAt: input.hold.placedAt },
    },
  ],
  ...(input.memo === undefined ? {} : { memo: input.memo }),
});

/** Writes a new access state into every chain of a person. */
export const accessChange = (input: {
  readonly transferId: string;
  readonly chains: readonly Chain[];
  readonly access: AccessState;
  readonly memo: string;
}): Posting => ({
  transferId: input.transferId,
  kind: "access",
  legs: input.chains.map((chain) => ({ ...chain, amount: { available: 0, held: 0 }, access: input.access })),
  memo: input.memo,
});
