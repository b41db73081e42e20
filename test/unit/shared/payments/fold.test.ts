/** The payment's state machine: facts in any order lead to one end, money is credited once, nothing is forgotten. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Fact, factIdOf, type ObservedFact } from "../../../../shared/payments/fact.ts";
import { fold } from "../../../../shared/payments/fold.ts";
import { type ChannelPayment, isFinal, isOpen, mayMove } from "../../../../shared/payments/payment.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { anObservation, aPayment, paymentId as id, START } from "../../../builders/payment-facts.ts";

const foldAll = (facts: readonly Fact[], from: ChannelPayment = aPayment()) => {
  let payment = from;
  const effects: string[] = [];
  for (const fact of facts) {
    const folded = fold(payment, fact, START + HOUR);
    payment = folded.payment;
    if (folded.effect !== "none") effects.push(folded.effect);
  }
  return { payment, effects };
};

/** Facts that one channel could state about one payment; money comes once, so its amount is one. */
const worlds = fc
  .record({
    received: fc.constantFrom(12_50, 12_49, 1),
    facts: fc.array(
      fc.record({
        status: fc.constantFrom(
          "requires_action" as const,
          "processing" as const,
          "succeeded" as const,
          "failed" as const,
          "cancelled" as const,
          "lapsed" as const,
        ),
        source: fc.constantFrom("query" as const, "close" as const),
        after: fc.integer({ min: 1, max: 60 }),
        occurred: fc.integer({ min: 0, max: 2 * DAY }),
        failed: fc.boolean(),
      }),
      { minLength: 1, maxLength: 7 },
    ),
  })
  .map(({ received, facts }) =>
    facts.map(
      ({ status, source, after, occurred, failed }): Fact =>
        status === "lapsed"
          ? { type: "lapsed", observedAt: START + after }
          : anObservation({
              status,
              source,
              rawStatus: status,
              observedAt: START + after,
              occurredAt: START + occurred,
              amount: { value: status === "succeeded" ? received : 12_50, currency: "USD" },
              ...(failed ? { attemptFailed: { code: "card_declined", message: "No." } } : {}),
            }),
    ),
  );

/** The same facts in another order, each perhaps several times. */
const reordered = (facts: readonly Fact[]) =>
  fc.array(fc.nat({ max: facts.length - 1 }), { maxLength: 10 }).chain((again) =>
    fc.shuffledSubarray([...facts, ...again.flatMap((index) => facts[index] ?? [])], {
      minLength: facts.length + again.length,
      maxLength: facts.length + again.length,
    }),
  );

describe("facts", () => {
  it("lead to the same end in any order and any repetition", () => {
    const twoOrders = worlds.chain((facts) => fc.tuple(fc.constant(facts), reordered(facts)));
    fc.assert(
      fc.property(twoOrders, ([facts, others]) => {
        const a = foldAll(facts).payment;
        const b = foldAll(others).payment;
        expect([b.status, b.inSuspense]).toEqual([a.status, a.inSuspense]);
      }),
      { numRuns: 2_000 },
    );
  });

  it("credit or suspend once, move along the table, and leave every open payment a next check", () => {
    fc.assert(
      fc.property(worlds.chain(reordered), (facts) => {
        let payment: ChannelPayment = aPayment();
        const effects: string[] = [];
        for (const fact of facts) {
          const { payment: next, effect } = fold(payment, fact, START + HOUR);
          if (next.status !== payment.status) expect(mayMove(payment.status, next.status)).toBe(true);
          if (payment.status === "succeeded") expect(next).toEqual(payment);
          expect("nextCheckAt" in next).toBe(!isFinal(next.status));
          if (isOpen(next)) expect(next.nextCheckAt).toBeGreaterThan(START);
          if (isFinal(next.status)) expect(next.action).toBeUndefined();
          payment = next;
          effects.push(effect);
        }
        const credits = effects.filter((effect) => effect === "credit").length;
        const suspensions = effects.filter((effect) => effect === "suspense").length;
        expect(credits).toBe(payment.status === "succeeded" ? 1 : 0);
        expect(suspensions).toBe(payment.inSuspense === true ? 1 : 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it("take late money after every other end", () => {
    for (const status of ["failed", "cancelled"] as const) {
      const ended = foldAll([anObservation({ status })]);
      expect(ended.effects).toEqual(["ended"]);
      const late = fold(ended.payment, anObservation({ status: "succeeded" }), START + HOUR);
      expect([late.payment.status, late.effect]).toEqual(["succeeded", "credit"]);
    }
    const lapsed = foldAll([{ type: "lapsed", observedAt: START }, anObservation({ status: "succeeded" })]);
    expect([lapsed.payment.status, lapsed.effects]).toEqual(["succeeded", ["ended", "credit"]]);
  });

  it("keep a payment open after a failed attempt, with the reason, until a newer attempt", () => {
    const attemptFailed = { code: "insufficient_funds", message: "Not enough money." };
    const { payment } = foldAll([anObservation({ attemptFailed })]);
    expect([payment.status, payment.lastFailure]).toEqual(["requires_action", attemptFailed]);
    const newer = fold(
      payment,
      anObservation({ status: "processing", observedAt: START + 2 * MINUTE }),
      START,
    );
    expect([newer.payment.status, newer.payment.lastFailure]).toEqual(["processing", undefined]);
    const older = fold(newer.payment, anObservation({ attemptFailed }), START);
    expect(older.payment.status).toBe("processing");
  });

  it("call a cancellation at the expiry an expiry", () => {
    const at = (occurredAt: number, source: "query" | "close" = "query") =>
      foldAll([anObservation({ status: "cancelled", occurredAt, source })]).payment.status;
    expect(at(START + DAY - 5 * SECOND)).toBe("cancelled");
    expect(at(START + DAY)).toBe("expired");
    expect(at(START + DAY - 5 * SECOND, "close")).toBe("expired");
  });

  it("put another amount, currency or order in suspense and fail the payment", () => {
    const others: Partial<ObservedFact>[] = [
      { amount: { value: 12_51, currency: "USD" } },
      { amount: { value: 12_50, currency: "EUR" } },
      { paymentId: derivedId("payment", "other") },
    ];
    for (const other of others) {
      const known = { ...aPayment(), channelPaymentId: "pi_1" };
      const { payment, effect } = fold(known, anObservation({ status: "succeeded", ...other }), START);
      expect([payment.status, payment.lastFailure?.code, payment.inSuspense, effect]).toEqual([
        "failed",
        "amount-mismatch",
        true,
        "suspense",
      ]);
      expect(fold(payment, anObservation({ status: "succeeded" }), START).payment).toEqual(payment);
    }
  });

  it("do not take a second payment at the channel for this one", () => {
    const known = { ...aPayment(), channelPaymentId: "pi_1" };
    const second = fold(known, anObservation({ status: "succeeded", channelPaymentId: "pi_2" }), START);
    expect(second).toEqual({ payment: known, effect: "suspense" });
    const unpaid = fold(known, anObservation({ channelPaymentId: "pi_2" }), START);
    expect(unpaid).toEqual({ payment: known, effect: "none" });
    const nameless = { ...anObservation({ status: "succeeded" }) };
    const { paymentId, ...withoutId } = nameless;
    expect(paymentId).toBe(id);
    expect(fold(aPayment(), withoutId, START)).toEqual({ payment: aPayment(), effect: "suspense" });
  });

  it("fail a payment that the channel declined to make, unless it exists there", () => {
    const declined: Fact = {
      type: "declined",
      failure: { code: "rejected", message: "No." },
      observedAt: START,
    };
    expect(fold(aPayment(), declined, START).payment.status).toBe("failed");
    const known = aPayment({ status: "requires_action", channelPaymentId: "pi_1" });
    expect(fold(known, declined, START)).toEqual({ payment: known, effect: "none" });
  });

  it("have one id for one content, whenever we looked, and one for each callback", () => {
    const fact = anObservation();
    expect(factIdOf({ ...fact, observedAt: START + DAY, source: "create" })).toBe(factIdOf(fact));
    expect(factIdOf({ ...fact, rawStatus: "processing" })).not.toBe(factIdOf(fact));
    expect(factIdOf({ ...fact, callback: { eventId: "evt_1", type: "t" } })).not.toBe(factIdOf(fact));
  });
});
