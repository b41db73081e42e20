/** Refunds: what may be refunded, and what facts make of one. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type BalancePayment, type ChannelPayment, payHoldId } from "../../../../shared/payments/payment.ts";
import {
  foldRefund,
  isOpenRefundStatus,
  mayRefundMove,
  nextRefundCheckOf,
  openRefundStatuses,
  type RefundEffect,
  type RefundFactLine,
  refundFactIdOf,
  refundMoves,
  refundStatuses,
} from "../../../../shared/payments/refund.ts";
import { fromRefundItem, toRefundItem } from "../../../../shared/payments/refund-codec.ts";
import { refundableOf, refundDueAt, refundTerms } from "../../../../shared/payments/refund-terms.ts";
import { DAY, HOUR, MINUTE } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { fakeCapabilities } from "../../../builders/fake-channel.ts";
import { aPayment, paymentId, START } from "../../../builders/payment-facts.ts";
import { aRefund, aRefundFact, refundId } from "../../../builders/refund-facts.ts";
import { usd } from "../../../builders/usd.ts";

const ben = derivedId("account", "ben");
const { nextCheckAt: _, kind: __, ...parts } = aPayment({ channelPaymentId: "fp_1" });
/** 20.00 to Ben, 12.50 of it through the channel. */
const paid = (rest: Partial<ChannelPayment> = {}): ChannelPayment =>
  ({
    ...parts,
    kind: "payment",
    status: "succeeded",
    landed: "payee",
    amount: usd(20_00),
    payee: ben,
    audience: "participants",
    fromBalance: usd(7_50),
    holdId: payHoldId(paymentId),
    ...rest,
  }) as ChannelPayment;
const toppedUp = (rest: Partial<ChannelPayment> = {}): ChannelPayment =>
  ({ ...parts, kind: "top-up", status: "succeeded", ...rest }) as ChannelPayment;

describe("what may be refunded", () => {
  const terms = (payment: ChannelPayment | BalancePayment, request = {}, now = START) =>
    refundTerms(payment, request, fakeCapabilities, now);

  it("goes to the balance of who paid another person, and through the channel out of one's own wallet", () => {
    expect(terms(paid())).toEqual({ ok: true, value: { to: "balance", amount: usd(20_00) } });
    expect(terms(paid(), { to: "channel" })).toEqual({
      ok: true,
      value: { to: "channel", amount: usd(12_50) },
    });
    expect(terms(toppedUp())).toEqual({ ok: true, value: { to: "channel", amount: usd(12_50) } });
    expect(terms(toppedUp(), { to: "balance" })).toMatchObject({ error: { code: "way-not-possible" } });
    const late = paid({ landed: "payer" } as Partial<ChannelPayment>);
    expect(terms(late)).toEqual({ ok: true, value: { to: "channel", amount: usd(12_50) } });
  });

  it("is never more than is left, either way", () => {
    fc.assert(
      fc.property(fc.nat({ max: 20_00 }), fc.nat({ max: 12_50 }), (all, byChannel) => {
        const refunded = Math.max(all, byChannel);
        const left = refundableOf(paid({ refunded, refundedToChannel: byChannel }));
        expect(left.balance).toBe(20_00 - refunded);
        expect(left.channel).toBe(Math.min(20_00 - refunded, 12_50 - byChannel));
        expect(
          terms(paid({ refunded, refundedToChannel: byChannel }), { amount: usd(left.balance + 1) }).ok,
        ).toBe(false);
      }),
    );
  });

  it.each([
    ["not paid", { ...aPayment({ status: "processing" }) }, {}, START, "not-paid"],
    ["disputed", paid({ dispute: "open" }), {}, START, "disputed"],
    ["lost to a dispute", paid({ dispute: "lost" }), {}, START, "disputed"],
    ["another currency", paid(), { amount: { value: 1_00, currency: "EUR" } }, START, "too-much"],
    ["too late for the channel", toppedUp(), {}, START + 90 * DAY + 1, "too-late"],
    ["too often for the channel", toppedUp({ channelRefunds: 20 }), {}, START, "too-many"],
  ] as const)("is nothing of a payment that is %s", (_name, payment, request, now, code) => {
    expect(refundTerms(payment, request as object, fakeCapabilities, now)).toMatchObject({
      ok: false,
      error: { code },
    });
  });

  it("was won back from a dispute", () => {
    expect(terms(paid({ dispute: "won" })).ok).toBe(true);
  });

  it("waits as long as the channel wants between two", () => {
    const { refunds } = fakeCapabilities;
    const slow = { refunds: { ...refunds, minIntervalMs: MINUTE } as typeof refunds };
    expect(refundDueAt({}, slow, START)).toBe(START);
    expect(refundDueAt({ lastChannelRefundAt: START - 1 }, slow, START)).toBe(START + MINUTE - 1);
    expect(refundDueAt({ lastChannelRefundAt: START - HOUR }, slow, START)).toBe(START);
  });
});

const id = refundId;
const seen = aRefundFact;

describe("the table of moves", () => {
  it("leads from every open state to both ends, and from success to failure only", () => {
    for (const status of openRefundStatuses) {
      expect(mayRefundMove(status, "succeeded") && mayRefundMove(status, "failed")).toBe(true);
    }
    expect(refundMoves.succeeded).toEqual(["failed"]);
    expect(refundMoves.failed).toEqual([]);
    for (const status of refundStatuses) expect(mayRefundMove(status, "created")).toBe(false);
  });
});

describe("facts about a refund", () => {
  const facts = fc.array(
    fc.record({
      status: fc.constantFrom(
        "processing" as const,
        "succeeded" as const,
        "failed" as const,
        "needs_attention" as const,
      ),
      at: fc.integer({ min: 1, max: 9 }),
    }),
    { minLength: 1, maxLength: 6 },
  );
  const foldAll = (lines: readonly RefundFactLine[]) => {
    let refund = aRefund();
    const effects: RefundEffect[] = [];
    for (const line of lines) {
      const folded = foldRefund(refund, line, START + HOUR);
      if (folded.refund.status !== refund.status)
        expect(mayRefundMove(refund.status, folded.refund.status)).toBe(true);
      expect("nextCheckAt" in folded.refund).toBe(isOpenRefundStatus(folded.refund.status));
      refund = folded.refund;
      if (folded.effect !== "none") effects.push(folded.effect);
    }
    return { refund, effects };
  };

  it("lead to the same end in any order and any repetition, and the money with them", () => {
    fc.assert(
      fc.property(
        facts.chain((given) =>
          fc.tuple(
            fc.constant(given),
            fc.shuffledSubarray([...given, ...given], { minLength: given.length * 2 }),
          ),
        ),
        ([given, others]) => {
          const lines = (list: typeof given) => list.map(({ status, at }) => seen(status, START + at));
          const [a, b] = [foldAll(lines(given)), foldAll(lines(others))];
          expect(b.refund.status).toBe(a.refund.status);
          for (const { refund, effects } of [a, b]) {
            const expected = {
              succeeded: [["settle"]],
              failed: [["release"], ["settle", "restore"]],
            };
            const isEnded = refund.status === "succeeded" || refund.status === "failed";
            expect(isEnded ? expected[refund.status as "failed"] : [[]]).toContainEqual(effects);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("of another amount, or of none for too long, wait for a person", () => {
    expect(foldRefund(aRefund(), seen("succeeded", START, 4_99), START)).toMatchObject({
      refund: { status: "needs_attention", failure: { code: "amount-mismatch" } },
      effect: "none",
    });
    expect(foldRefund(aRefund(), { type: "lost-sight", observedAt: START }, START).refund).toMatchObject({
      status: "needs_attention",
      failure: { code: "outcome-unknown" },
    });
  });

  it("of another refund change nothing", () => {
    const known = aRefund({ channelRefundId: "re_2" });
    expect(foldRefund(known, seen("succeeded"), START)).toEqual({ refund: known, effect: "none" });
  });

  it("that decline it fail it, unless it exists there", () => {
    const declined: RefundFactLine = {
      type: "declined",
      failure: { code: "c", message: "m" },
      observedAt: START,
    };
    expect(foldRefund(aRefund(), declined, START)).toMatchObject({
      refund: { status: "failed" },
      effect: "release",
    });
    const known = aRefund({ channelRefundId: "re_1", status: "processing" });
    expect(foldRefund(known, declined, START)).toEqual({ refund: known, effect: "none" });
  });

  it("have one id for one content, whenever we looked", () => {
    expect(refundFactIdOf(id, { ...seen("succeeded"), observedAt: 1 })).toBe(
      refundFactIdOf(id, seen("succeeded")),
    );
    expect(refundFactIdOf(id, seen("failed"))).not.toBe(refundFactIdOf(id, seen("succeeded")));
  });
});

describe("a refund's item", () => {
  it("gives it back, and is due work only while it is open", () => {
    const open = aRefund({ channelRefundId: "re_1", reason: "cold", status: "needs_attention" });
    expect(fromRefundItem(toRefundItem(open))).toEqual(open);
    expect(toRefundItem(open)).toMatchObject({ dueAt: START });
    const { nextCheckAt: _check, ...rest } = { nextCheckAt: 0, ...aRefund() };
    const ended = { ...rest, status: "failed" as const, failure: { code: "c", message: "m" } };
    expect(fromRefundItem(toRefundItem(ended))).toEqual(ended);
    expect(toRefundItem(ended)).not.toHaveProperty("duePk");
  });
});

describe("the next look", () => {
  it("comes ever more seldom, and daily where a person has to act", () => {
    const at = (age: number) =>
      nextRefundCheckOf({ createdAt: START, status: "processing" }, START + age) - START - age;
    expect([0, 5 * MINUTE, DAY].map(at)).toEqual([MINUTE, 5 * MINUTE, 6 * HOUR]);
    expect(nextRefundCheckOf({ createdAt: START, status: "needs_attention" }, START)).toBe(START + DAY);
  });
});
