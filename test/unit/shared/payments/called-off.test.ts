/** A payment that its owner calls off, money that comes too late, and what the channel is asked of either. */
import { describe, expect, it } from "vitest";
import { fold, sameState } from "../../../../shared/payments/fold.ts";
import {
  type ChannelPayment,
  holdExpiryOf,
  nextCheckOf,
  payHoldId,
  paymentRefOf,
  payTransferId,
} from "../../../../shared/payments/payment.ts";
import { DAY, HOUR, MINUTE } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { secret } from "../../../../shared/platform/redacted.ts";
import {
  anObservation,
  aPayment,
  type FinalTopUp,
  type OpenTopUp,
  paymentId,
  START,
} from "../../../builders/payment-facts.ts";
import { usd } from "../../../builders/usd.ts";

const NOW = START + 3 * HOUR;
const calledOff = { type: "called-off", observedAt: NOW } as const;
const action = secret({
  type: "stripe_client_secret" as const,
  publishableKey: "pk",
  clientSecret: "cs",
  paymentIntentId: "pi_1",
});
const waiting = (rest: Partial<OpenTopUp> = {}): OpenTopUp =>
  aPayment({ status: "requires_action", channelPaymentId: "pi_1", observedAt: START + MINUTE, ...rest });
const ended = (status: FinalTopUp["status"], rest: Partial<FinalTopUp> = {}): FinalTopUp => {
  const { nextCheckAt: _, ...open } = waiting();
  return { ...open, status, ...rest };
};
/** 20.00 to Ben, 12.50 of it through the channel. */
const toBen = (payment: OpenTopUp): ChannelPayment => ({
  ...payment,
  kind: "payment",
  amount: usd(20_00),
  payee: derivedId("account", "ben"),
  audience: "participants",
  fromBalance: usd(7_50),
  holdId: payHoldId(paymentId),
});

describe("calling a payment off", () => {
  it("keeps its state, asks nothing more of the payer, and looks again within five minutes", () => {
    const { action: _, ...rest } = waiting({ action });
    expect(fold(waiting({ action }), calledOff, NOW)).toStrictEqual({
      payment: {
        ...rest,
        cancelling: true,
        nextCheckAt: nextCheckOf({ ...rest, cancelling: true }, NOW),
      },
      effect: "none",
    });
    expect(fold(waiting(), calledOff, NOW).payment).toMatchObject({ nextCheckAt: NOW + 5 * MINUTE });
  });

  it("changes nothing the second time, however much later", () => {
    const once = fold(waiting(), calledOff, NOW).payment;
    expect(fold(once, calledOff, NOW + HOUR).payment).toStrictEqual(once);
  });

  it.each(["succeeded", "failed", "cancelled", "expired"] as const)(
    "changes nothing that has %s",
    (status) => {
      expect(fold(ended(status), calledOff, NOW)).toStrictEqual({ payment: ended(status), effect: "none" });
    },
  );
});

describe("what is said of money", () => {
  const paid = anObservation({ status: "succeeded" });

  it("on time is that it came, and nothing of lateness", () => {
    expect(fold(waiting(), paid, NOW).payment).not.toHaveProperty("isLate");
    expect(fold(waiting(), paid, NOW).payment).not.toHaveProperty("landed");
  });

  it("of a payment that had ended, or was called off, is that it is late", () => {
    expect(fold(ended("expired"), paid, NOW).payment).toMatchObject({ status: "succeeded", isLate: true });
    expect(fold(waiting({ cancelling: true }), paid, NOW).payment).toMatchObject({ isLate: true });
  });

  it("is nothing while it has not come, whoever it is for", () => {
    for (const status of ["processing", "failed", "cancelled"] as const) {
      const told = anObservation({ status, observedAt: NOW, occurredAt: NOW });
      for (const payment of [waiting({ cancelling: true }), toBen(waiting())]) {
        const after = fold(payment, told, NOW).payment;
        expect(after.status).not.toBe(payment.status);
        expect(after).not.toHaveProperty("isLate");
        expect(after).not.toHaveProperty("landed");
      }
    }
  });
});

describe("the movement at the channel", () => {
  const told = (transactionId: string) => anObservation({ status: "succeeded", transactionId });

  it("is the newest that was told while the payment is open", () => {
    const open = waiting({ transactionId: "tx_1" });
    expect(fold(open, anObservation({ transactionId: "tx_2" }), NOW).payment.transactionId).toBe("tx_2");
  });

  it("of one that failed may be another yet", () => {
    const failed = ended("failed", { transactionId: "tx_1" });
    expect(fold(failed, told("tx_2"), NOW).payment.transactionId).toBe("tx_2");
  });

  it("of a success is told once, even when the success was heard of before it", () => {
    const untold = fold(ended("succeeded"), told("tx_1"), NOW).payment;
    expect(untold.transactionId).toBe("tx_1");
    expect(fold(untold, told("tx_2"), NOW).payment.transactionId).toBe("tx_1");
  });
});

describe("two states of a payment", () => {
  it("differ by the movement, and by being called off", () => {
    expect(sameState(waiting(), waiting())).toBe(true);
    expect(sameState(waiting(), waiting({ transactionId: "tx_1" }))).toBe(false);
    expect(sameState(waiting(), waiting({ cancelling: true }))).toBe(false);
  });
});

describe("what follows from a payment's id and times", () => {
  it("are the transfer and the hold, one each for ever", () => {
    expect(payTransferId(paymentId)).toBe(derivedId("transfer", paymentId, "pay"));
    expect(payHoldId(paymentId)).toBe(derivedId("hold", paymentId, "pay"));
  });

  it("is a hold that outlives the payment by 30 days, for a bank debit", () => {
    expect(holdExpiryOf(START)).toBe(START + 30 * DAY);
  });
});

describe("the reference by which a channel is asked", () => {
  it("names the movement of the payment's own channel payment alone", () => {
    const payment = waiting({ transactionId: "tx_1" });
    expect(paymentRefOf(payment, "pi_1")).toMatchObject({ channelPaymentId: "pi_1", transactionId: "tx_1" });
    expect(paymentRefOf(payment, "pi_2")).toMatchObject({ channelPaymentId: "pi_2" });
    expect(paymentRefOf(payment, "pi_2")).not.toHaveProperty("transactionId");
  });
});
