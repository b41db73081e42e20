/** Payments to people: where their money lands, how they are split, and when they end. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fromPaymentItem, toPaymentItem } from "../../../../shared/payments/codec.ts";
import { fold } from "../../../../shared/payments/fold.ts";
import {
  type BalancePayment,
  channelAmountOf,
  expiryOf,
  landingOf,
  nextCheckOf,
  type OpenPayment,
  payHoldId,
  payTransferId,
  topUpTransferId,
} from "../../../../shared/payments/payment.ts";
import { isCarried, splitOf } from "../../../../shared/payments/split.ts";
import { DAY, HOUR, MINUTE } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { anObservation, aPayment, paymentId, START } from "../../../builders/payment-facts.ts";
import { usd } from "../../../builders/usd.ts";

const ben = derivedId("account", "ben");
const { kind: _, ...parts } = aPayment();

/** 20.00 to Ben: 7.50 from the balance, 12.50 through the channel. */
const toBen = (rest: Partial<OpenPayment & { readonly kind: "payment" }> = {}): OpenPayment => ({
  ...parts,
  kind: "payment",
  amount: usd(20_00),
  payee: ben,
  audience: "participants",
  fromBalance: usd(7_50),
  holdId: payHoldId(paymentId),
  status: "requires_action",
  channelPaymentId: "fp_1",
  ...rest,
});
const success = anObservation({ status: "succeeded", channelPaymentId: "fp_1", transactionId: "tx_1" });

describe("money for a person", () => {
  it("is asked of the channel as far as it does not come from the balance", () => {
    expect(channelAmountOf(toBen())).toEqual(usd(12_50));
    expect(channelAmountOf(aPayment())).toEqual(usd(12_50));
  });

  it("lands with the payee while the payment stands", () => {
    const { payment, effect } = fold(toBen(), success, START);
    expect([effect, payment]).toMatchObject(["credit", { landed: "payee", transactionId: "tx_1" }]);
    expect(landingOf(payment)).toEqual({
      beneficiary: ben,
      amount: usd(20_00),
      transferId: payTransferId(paymentId),
    });
  });

  it.each(["failed", "cancelled", "expired"] as const)("lands with the payer after it %s", (status) => {
    const { nextCheckAt: _check, ...rest } = toBen();
    const { payment } = fold({ ...rest, status }, success, START);
    expect(payment).toMatchObject({ status: "succeeded", landed: "payer" });
    expect(landingOf(payment)).toEqual({
      beneficiary: parts.owner,
      amount: usd(12_50),
      transferId: topUpTransferId(paymentId),
    });
  });

  it("lands with the payer while it is being called off, and it ends as cancelled", () => {
    const { payment } = fold(toBen(), { type: "called-off", observedAt: START }, START);
    expect(payment).toMatchObject({ cancelling: true, status: "requires_action" });
    expect(fold(payment, { type: "called-off", observedAt: START }, START)).toEqual({
      payment,
      effect: "none",
    });
    expect(fold(payment, success, START).payment).toMatchObject({ landed: "payer" });
    const lapsed = fold(payment, { type: "lapsed", observedAt: START }, START).payment;
    expect(lapsed.status).toBe("cancelled");
    const closed = anObservation({ status: "cancelled", source: "close", channelPaymentId: "fp_1" });
    expect(fold(payment, closed, START).payment.status).toBe("cancelled");
    expect(fold(toBen(), { ...closed, source: "cancel" }, START).payment.status).toBe("cancelled");
  });

  it("that the payer agreed to and nobody took is being processed", () => {
    const waiting = anObservation({ status: "requires_capture", channelPaymentId: "fp_1" });
    expect(fold(toBen(), waiting, START).payment.status).toBe("processing");
  });

  it("has landed with nobody before it came", () => {
    expect(landingOf(toBen())).toBeUndefined();
  });

  it("keeps the movement that brought it, whatever is told of others later", () => {
    const { payment } = fold(toBen(), success, START);
    const stale = anObservation({ channelPaymentId: "fp_1", transactionId: "tx_0" });
    expect(fold(payment, stale, START).payment).toEqual(payment);
  });
});

describe("a payment's item", () => {
  const balance: BalancePayment = {
    id: paymentId,
    kind: "payment",
    status: "succeeded",
    landed: "payee",
    owner: parts.owner,
    payee: ben,
    note: "lunch",
    audience: "friends",
    amount: usd(5_00),
    fromBalance: usd(5_00),
    refunded: 0,
    refundedToChannel: 0,
    channelRefunds: 0,
    createdAt: START,
    updatedAt: START,
    fingerprint: "f",
    correlationId: "c",
    version: 1,
  };
  const { nextCheckAt: _check, ...final } = toBen();

  it.each([
    ["open", toBen({ cancelling: true })],
    ["ended", { ...final, status: "succeeded" as const, landed: "payee" as const, dispute: "open" as const }],
    ["all from the balance", balance],
    ["refunded", { ...balance, refunded: 3_00 }],
  ])("gives the payment back: %s", (_name, payment) => {
    expect(fromPaymentItem(toPaymentItem(payment))).toEqual(payment);
  });

  it("of a payment to nobody is refused", () => {
    const { payee: _payee, ...item } = toPaymentItem(balance);
    expect(() => fromPaymentItem(item)).toThrow();
  });
});

describe("the split", () => {
  const ranges = fc
    .record({
      min: fc.integer({ min: 1, max: 500 }),
      max: fc.integer({ min: 500, max: 5_000 }),
      step: fc.constantFrom(1, 5, 100),
    })
    .map(({ min, max, step }) => ({
      min: Math.ceil(min / step) * step,
      max: Math.floor(max / step) * step,
      step,
    }));

  it("takes as little by the channel as it can, and never more from the balance than there is", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6_000 }),
        fc.integer({ min: -10, max: 7_000 }),
        ranges,
        (amount, available, range) => {
          const split = splitOf(amount, available, range);
          const possible = (byChannel: number) =>
            (byChannel === 0 || isCarried(byChannel, range)) &&
            byChannel <= amount &&
            amount - byChannel <= Math.max(0, available);
          const least = Array.from({ length: amount + 1 }, (_unused, byChannel) => byChannel).find(possible);
          expect(split).toEqual(
            least === undefined ? undefined : { fromBalance: amount - least, byChannel: least },
          );
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("what a channel can carry", () => {
  const range = { min: 50, max: 500, step: 25 };
  it("is from the least to the most, both included, in its steps", () => {
    const amounts = [25, 49, 50, 51, 75, 500, 501, 525];
    expect(amounts.map((value) => isCarried(value, range))).toEqual([
      ...[false, false, true, false, true, true, false, false],
    ]);
  });

  it("of an amount that the balance has some of is what is missing, in its steps", () => {
    expect(splitOf(500, 499, range)).toEqual({ fromBalance: 450, byChannel: 50 });
    expect(splitOf(500, 424, range)).toEqual({ fromBalance: 400, byChannel: 100 });
    expect(splitOf(500, 0, range)).toEqual({ fromBalance: 0, byChannel: 500 });
    expect(splitOf(500, -9, range)).toEqual({ fromBalance: 0, byChannel: 500 });
    expect(splitOf(500, 500, range)).toEqual({ fromBalance: 500, byChannel: 0 });
    expect(splitOf(500, 900, range)).toEqual({ fromBalance: 500, byChannel: 0 });
    expect(splitOf(525, 0, range)).toBeUndefined();
    expect(splitOf(40, 10, range)).toBeUndefined();
  });
});

describe("a payment's time", () => {
  it("is a day, within what the channel allows", () => {
    const at = (expiry: Parameters<typeof expiryOf>[0]["expiry"]) => expiryOf({ expiry }, START) - START;
    expect(at({ kind: "none" })).toBe(DAY);
    expect(at({ kind: "given", minMs: MINUTE, maxMs: 2 * HOUR })).toBe(2 * HOUR);
    expect(at({ kind: "given", minMs: 2 * DAY, maxMs: 3 * DAY })).toBe(2 * DAY);
    expect(at({ kind: "fixed", maxMs: 3 * HOUR })).toBe(3 * HOUR);
    expect(at({ kind: "fixed", maxMs: 3 * DAY })).toBe(DAY);
  });

  it("once it is called off has a look every five minutes", () => {
    const times = { createdAt: START, expiresAt: START + DAY, status: "requires_action" } as const;
    const at = START + 3 * HOUR + MINUTE;
    expect(nextCheckOf({ ...times, cancelling: true }, at)).toBe(START + 3 * HOUR + 5 * MINUTE);
    expect(nextCheckOf(times, at)).toBe(START + 3 * HOUR + 30 * MINUTE);
  });
});
