/** What a payment's fact does to the ledger: whose the money is, what is written of it, and what becomes of the hold. */
import { describe, expect, it } from "vitest";
import {
  type MoneyMove,
  type MoneyParts,
  moneyOf,
  personTransferOf,
  receivedMoney,
} from "../../../../functions/payments/payment-money.ts";
import { clearingAccount, systemAccount, userAccount } from "../../../../shared/ledger/account.ts";
import type { PendingHold } from "../../../../shared/ledger/hold.ts";
import { capturedBy, holdTransferId, releasedBy, whilePending } from "../../../../shared/ledger/holds.ts";
import { channelPayment, channelReceipt, holdRelease } from "../../../../shared/ledger/postings.ts";
import type { Fact } from "../../../../shared/payments/fact.ts";
import {
  type ChannelPayment,
  payHoldId,
  payTransferId,
  topUpTransferId,
} from "../../../../shared/payments/payment.ts";
import { DAY } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { anObservation, aPayment, paymentId, START } from "../../../builders/payment-facts.ts";
import { usd } from "../../../builders/usd.ts";

const ada = derivedId("account", "ada");
const ben = derivedId("account", "ben");
const NOW = START + 5;
const SHARDS = 7;

const { kind: _, nextCheckAt: __, ...parts } = aPayment({ channelPaymentId: "fp_1" });
type ToPerson = ChannelPayment & { readonly kind: "payment" };
/** 20.00 to Ben: 7.50 from the balance, 12.50 through the channel. */
const toBen: ToPerson = {
  ...parts,
  kind: "payment",
  status: "succeeded",
  landed: "payee",
  amount: usd(20_00),
  payee: ben,
  audience: "friends",
  fromBalance: usd(7_50),
  holdId: payHoldId(paymentId),
};
const topUp: ChannelPayment = { ...parts, kind: "top-up", status: "succeeded" };
const hold: PendingHold = {
  status: "pending",
  id: payHoldId(paymentId),
  account: userAccount(ada),
  amount: usd(7_50),
  placedAt: START,
  expiresAt: START + DAY,
};

const bare: MoneyParts = { clearingShards: SHARDS, now: NOW };
const held: MoneyParts = { ...bare, hold };
const success = anObservation({ status: "succeeded", channelPaymentId: "fp_1" });
const lapsed: Fact = { type: "lapsed", observedAt: START };

const endOf = (how: typeof capturedBy | typeof releasedBy, transferId: string): MoneyMove["writes"] => [
  { role: "state", operation: whilePending(how(hold, transferId)) },
];

describe("money for a payee", () => {
  const transferId = payTransferId(paymentId);
  const incoming = { from: clearingAccount("stripe", transferId, SHARDS), amount: usd(12_50) };
  const labels = { transferId, memo: `payment:${paymentId}` };
  const record = {
    kind: "person-to-person",
    transferId,
    payer: ada,
    payee: ben,
    amount: usd(20_00),
    audience: "friends",
    paymentId,
    createdAt: NOW,
    fingerprint: "f",
    event: {
      id: derivedId("event", transferId, "transfer.completed"),
      type: "transfer.completed",
      at: NOW,
      correlationId: "c",
    },
  };

  it("is the channel's part with what was kept for it, whose hold ends as captured", () => {
    const people = { payer: userAccount(ada), payee: userAccount(ben) };
    expect(moneyOf(toBen, success, "credit", held)).toStrictEqual({
      money: { posting: channelPayment({ ...labels, incoming, ...people, hold }), record },
      writes: endOf(capturedBy, transferId),
    });
  });

  it("is the channel's part alone where nothing was kept", () => {
    const people = { payer: userAccount(ada), payee: userAccount(ben) };
    expect(moneyOf(toBen, success, "credit", bare)).toStrictEqual({
      money: { posting: channelPayment({ ...labels, incoming, ...people }), record },
      writes: [],
    });
  });

  it("is seen by people as one transfer, with its note", () => {
    const { event: _event, kind: _kind, ...seen } = record;
    expect(personTransferOf(toBen, NOW)).toStrictEqual(seen);
    expect(personTransferOf({ ...toBen, note: "for lunch" }, NOW)).toStrictEqual({
      ...seen,
      note: "for lunch",
    });
  });
});

describe("money for the owner", () => {
  const transferId = topUpTransferId(paymentId);
  const incoming = { from: clearingAccount("stripe", transferId, SHARDS), amount: usd(12_50) };
  const posting = (released?: PendingHold) =>
    channelReceipt({
      transferId,
      memo: `top-up:${paymentId}`,
      incoming,
      to: userAccount(ada),
      ...(released === undefined ? {} : { released }),
    });
  const record = {
    kind: "top-up",
    paymentId,
    owner: ada,
    amount: usd(12_50),
    channel: "stripe",
    channelPaymentId: "fp_1",
    createdAt: NOW,
    event: {
      id: derivedId("event", paymentId, "payment.succeeded"),
      type: "payment.succeeded",
      at: NOW,
      correlationId: "c",
    },
  };

  it("is a top-up", () => {
    expect(moneyOf(topUp, success, "credit", bare)).toStrictEqual({
      money: { posting: posting(), record },
      writes: [],
    });
  });

  it("is what came too late for its payee, and what was kept for it is free again", () => {
    expect(moneyOf({ ...toBen, landed: "payer" }, success, "credit", held)).toStrictEqual({
      money: { posting: posting(hold), record },
      writes: endOf(releasedBy, transferId),
    });
  });
});

describe("money of another amount", () => {
  const other = anObservation({
    status: "succeeded",
    channelPaymentId: "fp_9",
    amount: { value: 11_00, currency: "EUR" },
  });
  const transferId = derivedId("transfer", "suspense", "stripe", "fp_9");
  const received = { value: 11_00, currency: "EUR" };
  const record = {
    kind: "suspense",
    paymentId,
    channel: "stripe",
    channelPaymentId: "fp_9",
    amount: received,
    expected: usd(12_50),
    createdAt: NOW,
  };
  const posting = (released?: PendingHold) =>
    channelReceipt({
      transferId,
      memo: `suspense:${paymentId}`,
      incoming: {
        from: clearingAccount("stripe", transferId, SHARDS),
        amount: { value: usd(11_00).value, currency: "EUR" },
      },
      to: systemAccount("suspense"),
      ...(released === undefined ? {} : { released }),
    });

  it("waits in suspense, once a payment at the channel", () => {
    expect(moneyOf(topUp, other, "suspense", bare)).toStrictEqual({
      money: { posting: posting(), record },
      writes: [],
    });
  });

  it("gives back what was kept for it", () => {
    expect(moneyOf(toBen, other, "suspense", held)).toStrictEqual({
      money: { posting: posting(hold), record },
      writes: endOf(releasedBy, transferId),
    });
  });

  it.each([
    ["in a currency that no wallet holds", { value: 11_00, currency: "XAU" }],
    ["of nothing", { value: 0, currency: "USD" }],
  ])("%s is none that the ledger could hold", (_what, amount) => {
    const nothing = anObservation({ status: "succeeded", amount });
    expect(receivedMoney(nothing)).toBeUndefined();
    expect(moneyOf(topUp, nothing, "suspense", bare)).toBeUndefined();
    expect(moneyOf(toBen, nothing, "suspense", held)).toStrictEqual(moneyOf(toBen, lapsed, "ended", held));
  });

  it("is taken from what the channel said alone", () => {
    expect(receivedMoney(anObservation({ amount: { value: 1, currency: "JPY" } }))).toStrictEqual({
      value: 1,
      currency: "JPY",
    });
    expect(moneyOf(topUp, lapsed, "suspense", bare)).toBeUndefined();
    expect(moneyOf(toBen, lapsed, "suspense", held)).toStrictEqual(moneyOf(toBen, lapsed, "ended", held));
  });
});

describe("an end without money", () => {
  it("gives back what was kept", () => {
    const transferId = holdTransferId(hold.id, "release");
    expect(moneyOf(toBen, lapsed, "ended", held)).toStrictEqual({
      money: {
        posting: holdRelease({ transferId, hold, memo: `payment:${paymentId}` }),
        record: {
          kind: "hold-release",
          holdId: hold.id,
          paymentId,
          reason: "released",
          createdAt: NOW,
        },
      },
      writes: endOf(releasedBy, transferId),
    });
  });

  it("moves nothing where nothing was kept", () => {
    expect(moneyOf(toBen, lapsed, "ended", bare)).toBeUndefined();
  });

  it("is none: nothing moves, and the hold stays", () => {
    expect(moneyOf(toBen, success, "none", held)).toBeUndefined();
  });
});
