/** What a payment does to the ledger: money that arrived, to its owner or into suspense. Pure. */
import { clearingAccount, systemAccount, userAccount } from "../../shared/ledger/account.ts";
import { movement } from "../../shared/ledger/postings.ts";
import type { CommitRequest } from "../../shared/ledger/store.ts";
import { isCurrency } from "../../shared/money/currencies.ts";
import { type Money, minorUnits } from "../../shared/money/money.ts";
import type { ObservedFact } from "../../shared/payments/fold.ts";
import { type Payment, topUpTransferId } from "../../shared/payments/payment.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import { derivedId } from "../../shared/platform/ids.ts";
import type { WriteOperation } from "../../shared/table/table.ts";

export type CommitParts = {
  readonly clearingShards: number;
  readonly now: EpochMs;
  /** The payment's move and the fact, in the same transaction. */
  readonly also: readonly WriteOperation[];
};

/** From the channel to the payment's owner. */
export function topUpCommit(payment: Payment, { clearingShards, now, also }: CommitParts): CommitRequest {
  const transferId = topUpTransferId(payment.id);
  return {
    posting: movement({
      transferId,
      from: clearingAccount(payment.channel, transferId, clearingShards),
      to: userAccount(payment.owner),
      amount: payment.amount,
      memo: `top-up:${payment.id}`,
      countOutflow: false,
    }),
    record: {
      kind: "top-up",
      paymentId: payment.id,
      owner: payment.owner,
      amount: payment.amount,
      channel: payment.channel,
      channelPaymentId: payment.channelPaymentId,
      createdAt: now,
    },
    also,
  };
}

/** The received money in our form; `undefined` for a currency that no wallet can hold, or for none at all. */
export const receivedMoney = ({ amount }: ObservedFact): Money | undefined =>
  isCurrency(amount.currency) && amount.value > 0
    ? { value: minorUnits(amount.value), currency: amount.currency }
    : undefined;

/** From the channel into suspense: once for each payment at the channel, whoever notices it. */
export function suspenseCommit(
  payment: Payment,
  fact: ObservedFact,
  received: Money,
  { clearingShards, now, also }: CommitParts,
): CommitRequest {
  const transferId = derivedId("transfer", "suspense", payment.channel, fact.channelPaymentId);
  return {
    posting: movement({
      transferId,
      from: clearingAccount(payment.channel, transferId, clearingShards),
      to: systemAccount("suspense"),
      amount: received,
      memo: `suspense:${payment.id}`,
      countOutflow: false,
    }),
    record: {
      kind: "suspense",
      paymentId: payment.id,
      channel: payment.channel,
      channelPaymentId: fact.channelPaymentId,
      amount: received,
      expected: payment.amount,
      createdAt: now,
    },
    also,
  };
}
