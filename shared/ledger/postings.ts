/** The postings that the product makes, each by a function that names what it means. */
import { type Money, minorUnits, negate } from "../money/money.ts";
import type { AccessState, Session } from "./access.ts";
import type { LedgerAccount } from "./account.ts";
import type { Chain } from "./entry.ts";
import type { PendingHold } from "./hold.ts";
import type { Leg, Posting } from "./posting.ts";

type Actor = Session & { readonly account: LedgerAccount };

/** How a posting is named and marked. The memo is a reference, never text that a person wrote. */
type Labels = { readonly transferId: string; readonly memo?: string };

const leg = (account: LedgerAccount, amount: Money, rest: Partial<Leg> = {}): Leg => ({
  account,
  currency: amount.currency,
  amount: { available: amount.value, held: 0 },
  ...rest,
});

/** From one account to another; counted towards the payer's limits when a customer pays. */
export const movement = ({
  from,
  to,
  amount,
  countOutflow,
  ...rest
}: Labels & {
  readonly from: LedgerAccount;
  readonly to: LedgerAccount;
  readonly amount: Money;
  readonly actor?: Actor;
  readonly countOutflow: boolean;
}): Posting => ({
  ...rest,
  kind: "transfer",
  legs: [
    leg(from, negate(amount), countOutflow ? { outflow: { count: amount.value } } : {}),
    leg(to, amount),
  ],
});

/** From one account to several, as one balanced transfer. */
export const distribution = ({
  from,
  to,
  currency,
  ...rest
}: Labels & {
  readonly from: LedgerAccount;
  readonly to: readonly { readonly account: LedgerAccount; readonly amount: Money }[];
  readonly currency: Money["currency"];
}): Posting => {
  const total = minorUnits(to.reduce((sum, share) => sum + share.amount.value, 0));
  return {
    ...rest,
    kind: "transfer",
    legs: [
      leg(from, negate({ value: total, currency })),
      ...to.map((share) => leg(share.account, share.amount, { counterparty: from })),
    ],
  };
};

/** Reserves money on one account: it can no longer be spent, and has not moved. */
export const holdPlacement = ({
  account,
  amount,
  ...rest
}: Labels & {
  readonly account: LedgerAccount;
  readonly amount: Money;
  readonly actor?: Actor;
}): Posting => ({
  ...rest,
  kind: "hold",
  legs: [
    {
      account,
      currency: amount.currency,
      amount: { available: minorUnits(-amount.value), held: amount.value },
      outflow: { count: amount.value },
    },
  ],
});

/** Moves all or part of a hold to another account; the rest goes back to its owner in the same entry. */
export const holdCapture = ({
  hold,
  amount,
  to,
  ...rest
}: Labels & {
  readonly hold: PendingHold;
  readonly amount: Money;
  readonly to: LedgerAccount;
}): Posting => {
  const back = minorUnits(hold.amount.value - amount.value);
  return {
    ...rest,
    kind: "capture",
    legs: [
      {
        account: hold.account,
        currency: amount.currency,
        amount: { available: back, held: minorUnits(-hold.amount.value) },
        outflow: { uncount: back, countedAt: hold.placedAt },
      },
      leg(to, amount),
    ],
  };
};

/** Gives a hold back to its owner. */
export const holdRelease = ({
  hold: { account, amount, placedAt },
  ...rest
}: Labels & { readonly hold: PendingHold }): Posting => ({
  ...rest,
  kind: "release",
  legs: [
    {
      account,
      currency: amount.currency,
      amount: { available: amount.value, held: minorUnits(-amount.value) },
      outflow: { uncount: amount.value, countedAt: placedAt },
    },
  ],
});

/** Writes a new access state into every chain of a person. */
export const accessChange = ({
  chains,
  access,
  ...rest
}: Required<Labels> & { readonly chains: readonly Chain[]; readonly access: AccessState }): Posting => ({
  ...rest,
  kind: "access",
  legs: chains.map((chain) => ({ ...chain, amount: { available: 0, held: 0 }, access })),
});
