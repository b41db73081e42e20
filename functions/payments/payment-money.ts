/** What a payment does to the ledger when a fact moves it: whose the money is, and what becomes of the hold. Pure. */
import { clearingAccount, systemAccount, userAccount } from "../../shared/ledger/account.ts";
import type { PendingHold } from "../../shared/ledger/hold.ts";
import { capturedBy, holdTransferId, releasedBy } from "../../shared/ledger/holds.ts";
import type { Posting } from "../../shared/ledger/posting.ts";
import { channelPayment, channelReceipt, holdRelease } from "../../shared/ledger/postings.ts";
import { isCurrency } from "../../shared/money/currencies.ts";
import { type Money, minorUnits } from "../../shared/money/money.ts";
import type { Fact, ObservedFact } from "../../shared/payments/fact.ts";
import type { Effect } from "../../shared/payments/fold.ts";
import { holdEnd, type Write } from "../../shared/payments/move-record.ts";
import {
  type ChannelPayment,
  channelAmountOf,
  type Payment,
  payTransferId,
  topUpTransferId,
} from "../../shared/payments/payment.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import { derivedId } from "../../shared/platform/ids.ts";
import type { Item } from "../../shared/table/table.ts";
import { type PersonTransfer, toTransferRecord } from "../../shared/transfers/transfer.ts";

export type MoneyParts = {
  readonly clearingShards: number;
  readonly now: EpochMs;
  /** The payer's hold, if it is still pending. */
  readonly hold?: PendingHold | undefined;
};

export type MoneyMove = {
  readonly money: { readonly posting: Posting; readonly record: Item };
  /** The end of the hold. */
  readonly writes: readonly Write[];
};

/** The transfer that people see of a payment to a person. */
export const personTransferOf = (
  payment: Payment & { readonly kind: "payment" },
  now: EpochMs,
): PersonTransfer => ({
  transferId: payTransferId(payment.id),
  payer: payment.owner,
  payee: payment.payee,
  amount: payment.amount,
  ...(payment.note === undefined ? {} : { note: payment.note }),
  audience: payment.audience,
  paymentId: payment.id,
  createdAt: now,
  fingerprint: payment.fingerprint,
});

/** From the channel, and from what the payer kept for it, to the payee. */
function paidToPayee(
  payment: ChannelPayment & { readonly kind: "payment" },
  { clearingShards, now, hold }: MoneyParts,
): MoneyMove {
  const transfer = personTransferOf(payment, now);
  const { transferId } = transfer;
  return {
    money: {
      posting: channelPayment({
        transferId,
        memo: `payment:${payment.id}`,
        incoming: {
          from: clearingAccount(payment.channel, transferId, clearingShards),
          amount: channelAmountOf(payment),
        },
        payer: userAccount(payment.owner),
        payee: userAccount(payment.payee),
        ...(hold === undefined ? {} : { hold }),
      }),
      record: toTransferRecord(transfer, payment.correlationId),
    },
    writes: holdEnd(hold, capturedBy, transferId),
  };
}

/** From the channel to the payment's owner: a top-up, or money that came too late for its payee. */
function paidToOwner(payment: ChannelPayment, { clearingShards, now, hold }: MoneyParts): MoneyMove {
  const transferId = topUpTransferId(payment.id);
  const amount = channelAmountOf(payment);
  return {
    money: {
      posting: channelReceipt({
        transferId,
        memo: `top-up:${payment.id}`,
        incoming: { from: clearingAccount(payment.channel, transferId, clearingShards), amount },
        to: userAccount(payment.owner),
        ...(hold === undefined ? {} : { released: hold }),
      }),
      record: {
        kind: "top-up",
        paymentId: payment.id,
        owner: payment.owner,
        amount,
        channel: payment.channel,
        channelPaymentId: payment.channelPaymentId,
        createdAt: now,
        event: {
          id: derivedId("event", payment.id, "payment.succeeded"),
          type: "payment.succeeded",
          at: now,
          correlationId: payment.correlationId,
        },
      },
    },
    writes: holdEnd(hold, releasedBy, transferId),
  };
}

/** The received money in our form; `undefined` for a currency that no wallet can hold, or for none at all. */
export const receivedMoney = ({ amount }: ObservedFact): Money | undefined =>
  isCurrency(amount.currency) && amount.value > 0
    ? { value: minorUnits(amount.value), currency: amount.currency }
    : undefined;

/** From the channel into suspense: once for each payment at the channel, whoever notices it. */
function suspended(
  payment: ChannelPayment,
  { channelPaymentId }: ObservedFact,
  received: Money,
  { clearingShards, now, hold }: MoneyParts,
): MoneyMove {
  const transferId = derivedId("transfer", "suspense", payment.channel, channelPaymentId);
  return {
    money: {
      posting: channelReceipt({
        transferId,
        memo: `suspense:${payment.id}`,
        incoming: { from: clearingAccount(payment.channel, transferId, clearingShards), amount: received },
        to: systemAccount("suspense"),
        ...(hold === undefined ? {} : { released: hold }),
      }),
      record: {
        kind: "suspense",
        paymentId: payment.id,
        channel: payment.channel,
        channelPaymentId,
        amount: received,
        expected: channelAmountOf(payment),
        createdAt: now,
      },
    },
    writes: holdEnd(hold, releasedBy, transferId),
  };
}

/** The payer's part is theirs again. */
function givenBack(payment: ChannelPayment, hold: PendingHold, now: EpochMs): MoneyMove {
  const transferId = holdTransferId(hold.id, "release");
  return {
    money: {
      posting: holdRelease({ transferId, hold, memo: `payment:${payment.id}` }),
      record: {
        kind: "hold-release",
        holdId: hold.id,
        paymentId: payment.id,
        reason: "released",
        createdAt: now,
      },
    },
    writes: holdEnd(hold, releasedBy, transferId),
  };
}

/** @param effect what the fold of `fact` asked for. `undefined`: no money moves. */
export function moneyOf(
  payment: ChannelPayment,
  fact: Fact,
  effect: Effect,
  parts: MoneyParts,
): MoneyMove | undefined {
  const { hold, now } = parts;
  const back = hold === undefined ? undefined : givenBack(payment, hold, now);
  switch (effect) {
    case "credit":
      return payment.kind === "payment" && payment.landed === "payee"
        ? paidToPayee(payment, parts)
        : paidToOwner(payment, parts);
    case "suspense": {
      const received = fact.type === "observed" ? receivedMoney(fact) : undefined;
      return fact.type === "observed" && received !== undefined
        ? suspended(payment, fact, received, parts)
        : back;
    }
    case "ended":
      return back;
    case "none":
      return undefined;
  }
}
