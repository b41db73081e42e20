/** The postings that the product makes, each by a function that names what it means. */
import { type Money, minorUnits, negate } from "../money/money.ts";
import type { AccessState, Session } from "./access.ts";
import { type LedgerAccount, systemAccount } from "./account.ts";
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

/** How what leaves is counted: towards the whole of the limits, or the share of them that the payer has. */
const counted = (value: number, limitShare: number | undefined): Required<Pick<Leg, "outflow">> => ({
  outflow: { count: value, ...(limitShare === undefined ? {} : { limitShare }) },
});

/** From one account to another; counted towards the payer's limits when a customer pays. */
export const movement = ({
  from,
  to,
  amount,
  countOutflow,
  limitShare,
  ...rest
}: Labels & {
  readonly from: LedgerAccount;
  readonly to: LedgerAccount;
  readonly amount: Money;
  readonly actor?: Actor;
  readonly countOutflow: boolean;
  /** Percent of the limits that the payer has. */
  readonly limitShare?: number;
}): Posting => ({
  ...rest,
  kind: "transfer",
  legs: [leg(from, negate(amount), countOutflow ? counted(amount.value, limitShare) : {}), leg(to, amount)],
});

/**
 * What the payer sells leaves in one currency, what the payee gets comes in another, and the exchange account stands
 * between: balanced in each currency. Payer and payee may be the same person. What is sold counts towards the payer's
 * limits, an exchange of one's own money too: else it would be a way around the limits of a currency.
 */
export const exchange = ({
  from,
  to,
  sell,
  buy,
  limitShare,
  ...rest
}: Labels & {
  readonly from: LedgerAccount;
  readonly to: LedgerAccount;
  readonly sell: Money;
  readonly buy: Money;
  readonly actor?: Actor;
  /** Percent of the limits that the payer has. */
  readonly limitShare?: number;
}): Posting => {
  const fx = systemAccount("fx");
  const isOwn = from === to;
  return {
    ...rest,
    kind: "transfer",
    legs: [
      leg(from, negate(sell), { ...counted(sell.value, limitShare), counterparty: isOwn ? fx : to }),
      leg(fx, sell, { counterparty: from }),
      leg(fx, negate(buy), { counterparty: to }),
      leg(to, buy, { counterparty: isOwn ? fx : from }),
    ],
  };
};

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
  uncounted,
  limitShare,
  despiteFreeze,
  ...rest
}: Labels & {
  readonly account: LedgerAccount;
  readonly amount: Money;
  readonly actor?: Actor;
  /** It does not count towards the limits. */
  readonly uncounted?: true;
  /** Percent of the limits that the owner has. */
  readonly limitShare?: number;
  readonly despiteFreeze?: true;
}): Posting => ({
  ...rest,
  kind: "hold",
  legs: [
    {
      account,
      currency: amount.currency,
      amount: { available: minorUnits(-amount.value), held: amount.value },
      ...(uncounted === true ? {} : counted(amount.value, limitShare)),
      ...(despiteFreeze === undefined ? {} : { despiteFreeze }),
    },
  ],
});

/** The end of a hold on its own account: `back` is free again, and is not counted as having left. */
const holdEnd = ({ account, amount, placedAt, uncounted }: PendingHold, back: number): Leg => ({
  account,
  currency: amount.currency,
  amount: { available: minorUnits(back), held: minorUnits(-amount.value) },
  ...(uncounted === true
    ? {}
    : {
        outflow: {
          uncount: back,
          countedAt: placedAt,
          ...(back === amount.value ? { whole: true as const } : {}),
        },
      }),
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
}): Posting => ({
  ...rest,
  kind: "capture",
  legs: [holdEnd(hold, hold.amount.value - amount.value), leg(to, amount)],
});

/** Gives a hold back to its owner. */
export const holdRelease = ({ hold, ...rest }: Labels & { readonly hold: PendingHold }): Posting => ({
  ...rest,
  kind: "release",
  legs: [holdEnd(hold, hold.amount.value)],
});

/** Money that comes in from a channel. */
type Incoming = {
  /** What the channel owes us. */
  readonly from: LedgerAccount;
  readonly amount: Money;
};

/** From a channel to a payee, with what the payer kept for it on their own account: one transfer of the sum. */
export const channelPayment = ({
  incoming,
  payer,
  payee,
  hold,
  ...rest
}: Labels & {
  readonly incoming: Incoming;
  readonly payer: LedgerAccount;
  readonly payee: LedgerAccount;
  readonly hold?: PendingHold;
}): Posting => {
  const total = minorUnits(incoming.amount.value + (hold?.amount.value ?? 0));
  return {
    ...rest,
    kind: hold === undefined ? "transfer" : "capture",
    legs: [
      leg(incoming.from, negate(incoming.amount), { counterparty: payee }),
      ...(hold === undefined ? [] : [{ ...holdEnd(hold, 0), counterparty: payee }]),
      // The payer is who pays, whichever way the money came.
      leg(payee, { value: total, currency: incoming.amount.currency }, { counterparty: payer }),
    ],
  };
};

/** From a channel to one account, with a hold that is given back in the same transfer. */
export const channelReceipt = ({
  incoming,
  to,
  released,
  ...rest
}: Labels & {
  readonly incoming: Incoming;
  readonly to: LedgerAccount;
  readonly released?: PendingHold;
}): Posting => {
  const credit = leg(to, incoming.amount);
  const back = released === undefined ? undefined : holdEnd(released, released.amount.value);
  // One entry where both are of one account: a transfer touches a chain once.
  const credits =
    back === undefined
      ? [credit]
      : back.account === to
        ? [
            {
              ...back,
              amount: {
                available: minorUnits(back.amount.available + incoming.amount.value),
                held: back.amount.held,
              },
              counterparty: incoming.from,
            },
          ]
        : [{ ...credit, counterparty: incoming.from }, back];
  return {
    ...rest,
    kind: "transfer",
    legs: [leg(incoming.from, negate(incoming.amount), { counterparty: to }), ...credits],
  };
};

/** Back to a channel: from a hold as far as there is one, and the rest from an account that stands in for it. */
export const channelReturn = ({
  hold,
  standIn,
  to,
  amount,
  ...rest
}: Labels & {
  readonly hold?: PendingHold;
  readonly standIn: LedgerAccount;
  readonly to: LedgerAccount;
  readonly amount: Money;
}): Posting => {
  const fromHold = Math.min(hold?.amount.value ?? 0, amount.value);
  const short = minorUnits(amount.value - fromHold);
  return {
    ...rest,
    kind: hold === undefined ? "transfer" : "capture",
    legs: [
      ...(hold === undefined ? [] : [{ ...holdEnd(hold, hold.amount.value - fromHold), counterparty: to }]),
      ...(short === 0
        ? []
        : [leg(standIn, negate({ value: short, currency: amount.currency }), { counterparty: to })]),
      leg(to, amount, { counterparty: hold?.account ?? standIn }),
    ],
  };
};

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
