/** What facts make of a withdrawal, in detail: every member that changes, and what happens at the same moment. */
import { describe, expect, it } from "vitest";
import type { PayoutFactLine } from "../../../../shared/payouts/fact.ts";
import { foldPayout, samePayoutState } from "../../../../shared/payouts/fold.ts";
import { nextPayoutCheckOf, type Payout } from "../../../../shared/payouts/payout.ts";
import { DAY, MINUTE } from "../../../../shared/platform/clock.ts";
import { secret } from "../../../../shared/platform/redacted.ts";
import { START } from "../../../builders/payment-facts.ts";
import { anEndedPayout, aPayout, aPayoutFact } from "../../../builders/payout-facts.ts";

const NOW = START + 2 * MINUTE;
const SEEN = START + MINUTE;
const no = { code: "c", message: "m" };
const known = (rest: Parameters<typeof aPayout>[0] = {}) =>
  aPayout({ status: "processing", channelPayoutId: "po_1", observedAt: SEEN, ...rest });

describe("a fact that moves a withdrawal", () => {
  it("writes when it was seen and when it changed", () => {
    const after = aPayout({
      status: "processing",
      channelPayoutId: "po_1",
      observedAt: SEEN,
      updatedAt: NOW,
    });
    expect(foldPayout(aPayout(), aPayoutFact(), NOW)).toStrictEqual({
      payout: { ...after, nextCheckAt: nextPayoutCheckOf(after, NOW) },
      effect: "none",
    });
  });

  it("to its end leaves no next look, no flag and no action, and names the failure", () => {
    const before = known({ attention: no, action: secret({ type: "fake" }), cancelling: true });
    const { nextCheckAt: _n, attention: _a, action: _s, ...rest } = before;
    expect(foldPayout(before, aPayoutFact({ status: "failed", failure: no }), NOW)).toStrictEqual({
      payout: { ...rest, status: "failed", failure: no, observedAt: SEEN, updatedAt: NOW },
      effect: "release",
    });
  });

  it("keeps the action while it is open", () => {
    const action = secret({ type: "fake" });
    const { payout } = foldPayout(
      known({ action }),
      aPayoutFact({ status: "requires_action", observedAt: NOW }),
      NOW,
    );
    expect(payout).toMatchObject({ status: "requires_action", action });
    const { payout: without } = foldPayout(known(), aPayoutFact({ observedAt: NOW }), NOW);
    expect(without).not.toHaveProperty("action");
  });
});

describe("the same state again", () => {
  it("moves the time it was seen, and not the time it changed", () => {
    const before = known({ updatedAt: START + 1 });
    const after = { ...before, observedAt: SEEN + 1 };
    expect(foldPayout(before, aPayoutFact({ observedAt: SEEN + 1 }), NOW)).toStrictEqual({
      payout: { ...after, nextCheckAt: nextPayoutCheckOf(after, NOW) },
      effect: "none",
    });
  });

  it.each([
    ["seen earlier, with another failure", SEEN - 1, no, undefined, false],
    ["seen at the same moment, with nothing new", SEEN, undefined, undefined, false],
    ["seen at the same moment, with a failure", SEEN, no, undefined, true],
    ["seen at the same moment, while a person looks into it", SEEN, undefined, no, true],
    ["seen earlier, while a person looks into it", SEEN - 1, undefined, no, false],
    ["seen later, with nothing new", SEEN + 1, undefined, undefined, true],
  ] as const)("%s", (_name, observedAt, failure, attention, counts) => {
    const before = known(attention === undefined ? {} : { attention });
    const fact = aPayoutFact({ observedAt, ...(failure === undefined ? {} : { failure }) });
    const { payout } = foldPayout(before, fact, NOW);
    if (!counts) expect(payout).toStrictEqual(before);
    else {
      expect(payout.failure).toEqual(failure);
      expect(payout).not.toHaveProperty("attention");
      expect(payout.updatedAt).toBe(failure === undefined ? START : NOW);
    }
  });

  it("of one that ended changes nothing", () => {
    const ended = anEndedPayout("failed");
    const fact = aPayoutFact({ status: "failed", failure: no, observedAt: NOW });
    expect(foldPayout(ended, fact, NOW)).toStrictEqual({ payout: ended, effect: "none" });
  });

  it("tells of a failure by its code and by its words", () => {
    const before = known({ failure: no });
    for (const failure of [
      { ...no, code: "x" },
      { ...no, message: "x" },
    ]) {
      expect(foldPayout(before, aPayoutFact({ failure }), NOW).payout).toMatchObject({
        failure,
        updatedAt: NOW,
      });
    }
    expect(foldPayout(before, aPayoutFact({ failure: no }), NOW).payout).toStrictEqual(before);
  });
});

describe("two states that are not the end", () => {
  it.each([
    ["requires_action", "processing", SEEN, "processing"],
    ["requires_action", "processing", SEEN - 1, "requires_action"],
    ["processing", "requires_action", SEEN, "processing"],
    ["processing", "requires_action", SEEN + 1, "requires_action"],
    ["processing", "requires_action", SEEN - 1, "processing"],
    ["created", "requires_action", SEEN - 1, "requires_action"],
    ["processing", "succeeded", SEEN - 1, "succeeded"],
  ] as const)("%s and then %s seen at %i are %s", (from, to, observedAt, status) => {
    const { payout } = foldPayout(known({ status: from }), aPayoutFact({ status: to, observedAt }), NOW);
    expect(payout.status).toBe(status);
  });

  it("that come too late leave the channel's id all the same", () => {
    const ended = anEndedPayout("succeeded");
    const { channelPayoutId: _, ...without } = ended;
    const { payout, effect } = foldPayout(without, aPayoutFact({ observedAt: NOW }), NOW);
    expect([payout, effect]).toStrictEqual([{ ...without, channelPayoutId: "po_1" }, "none"]);
  });
});

describe("what is for people", () => {
  it.each([
    ["another payout", { channelPayoutId: "po_2" }, "other-payout", "The channel tells of another payout."],
    [
      "another amount",
      { amount: { value: 4_99, currency: "USD" } },
      "amount-mismatch",
      "The channel tells of another amount.",
    ],
  ] as const)("%s is said in words", (_name, rest, code, message) => {
    const before = known();
    expect(foldPayout(before, aPayoutFact(rest), NOW)).toStrictEqual({
      payout: { ...before, attention: { code, message }, nextCheckAt: NOW + DAY },
      effect: "none",
      alarm: { code, message },
    });
  });

  it("changes nothing of one that ended", () => {
    const ended = anEndedPayout("succeeded");
    const { payout, alarm } = foldPayout(ended, aPayoutFact({ channelPayoutId: "po_2" }), NOW);
    expect([payout, alarm?.code]).toEqual([ended, "other-payout"]);
  });

  it("is another currency of the same value", () => {
    const fact = aPayoutFact({ amount: { value: 5_00, currency: "EUR" } });
    expect(foldPayout(known(), fact, NOW).alarm?.code).toBe("amount-mismatch");
  });

  it("is no amount of what was not paid", () => {
    const amount = { value: 0, currency: "EUR" };
    for (const status of ["failed", "cancelled"] as const) {
      expect(foldPayout(known(), aPayoutFact({ status, amount }), NOW)).toMatchObject({
        effect: "release",
        payout: { status },
      });
    }
    expect(foldPayout(known(), aPayoutFact({ status: "returned", amount }), NOW).alarm?.code).toBe(
      "amount-mismatch",
    );
  });

  it("is an end that excludes the one that was told before", () => {
    const paid = anEndedPayout("succeeded");
    for (const status of ["failed", "cancelled"] as const) {
      const alarm = { code: "contradiction", message: `The channel tells of ${status} after succeeded.` };
      expect(foldPayout(paid, aPayoutFact({ status }), NOW)).toStrictEqual({
        payout: paid,
        effect: "none",
        alarm,
      });
      const unpaid = anEndedPayout(status);
      const other = { code: "contradiction", message: `The channel tells of succeeded after ${status}.` };
      expect(foldPayout(unpaid, aPayoutFact({ status: "succeeded" }), NOW)).toStrictEqual({
        payout: unpaid,
        effect: "none",
        alarm: other,
      });
    }
  });

  it("is one that was lost sight of, unless it exists there or has ended", () => {
    const lost: PayoutFactLine = { type: "lost-sight", observedAt: NOW };
    const alarm = { code: "outcome-unknown", message: "It is not known whether the channel has paid." };
    expect(foldPayout(aPayout(), lost, NOW)).toStrictEqual({
      payout: aPayout({ attention: alarm, nextCheckAt: NOW + DAY }),
      effect: "none",
      alarm,
    });
    const { channelPayoutId: _, ...ended } = anEndedPayout("failed");
    const untouched: readonly Payout[] = [ended, known()];
    for (const payout of untouched) {
      expect(foldPayout(payout, lost, NOW)).toStrictEqual({ payout, effect: "none" });
    }
  });
});

describe("one that people took for delivered", () => {
  const resolution = { outcome: "succeeded", factId: "f" } as const;
  const paid: Payout = { ...anEndedPayout("succeeded"), resolution };

  it("stays so when the channel says so too", () => {
    expect(foldPayout(paid, aPayoutFact({ status: "succeeded", observedAt: NOW }), NOW)).toStrictEqual({
      payout: paid,
      effect: "none",
    });
  });

  it.each(["failed", "cancelled"] as const)("is its owner's again when the channel says %s", (status) => {
    expect(foldPayout(paid, aPayoutFact({ status, failure: no }), NOW)).toMatchObject({
      effect: "restore",
      payout: { status: "returned", failure: no },
    });
  });
});

describe("a withdrawal that was declined", () => {
  it("says when and why", () => {
    const { nextCheckAt: _, ...rest } = aPayout();
    expect(foldPayout(aPayout(), { type: "declined", failure: no, observedAt: SEEN }, NOW)).toStrictEqual({
      payout: { ...rest, status: "failed", failure: no, observedAt: SEEN, updatedAt: NOW },
      effect: "release",
    });
  });
});

describe("one that was called off", () => {
  it("is looked at by another rhythm from then on", () => {
    const before = aPayout({ status: "requires_action" });
    const after = { ...before, cancelling: true } as const;
    const late = START + 20 * MINUTE;
    expect(foldPayout(before, { type: "called-off", observedAt: late }, late)).toStrictEqual({
      payout: { ...after, nextCheckAt: late + 5 * MINUTE },
      effect: "none",
    });
  });
});

describe("two states", () => {
  it("differ in what a person has to know of them", () => {
    const before = known({ failure: no, attention: no, action: secret({ type: "fake" }) });
    expect(samePayoutState(before, { ...before, action: secret({ type: "other" }) })).toBe(true);
    for (const other of [
      { failure: { ...no, code: "x" } },
      { failure: { ...no, message: "x" } },
      { attention: { ...no, message: "x" } },
      { status: "requires_action" as const },
    ]) {
      expect(samePayoutState(before, { ...before, ...other })).toBe(false);
    }
    const { action: _, ...without } = before;
    expect(samePayoutState(before, without)).toBe(false);
  });
});
