/** What facts make of a withdrawal. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChannelPayoutStatus } from "../../../../shared/channels/facts.ts";
import type { PayoutFactLine } from "../../../../shared/payouts/fact.ts";
import { foldPayout, type PayoutEffect, samePayoutState } from "../../../../shared/payouts/fold.ts";
import {
  isOpenPayout,
  isOpenPayoutStatus,
  mayPayoutMove,
  type Payout,
  type PayoutStatus,
  payoutMoves,
  payoutStatuses,
} from "../../../../shared/payouts/payout.ts";
import { DAY, MINUTE } from "../../../../shared/platform/clock.ts";
import { secret } from "../../../../shared/platform/redacted.ts";
import { START } from "../../../builders/payment-facts.ts";
import { anEndedPayout, aPayout, aPayoutFact, type ObservedPayout } from "../../../builders/payout-facts.ts";

const NOW = START + 2 * MINUTE;
const told = (status: ChannelPayoutStatus, rest: Partial<ObservedPayout> = {}) =>
  aPayoutFact({ status, rawStatus: status.toUpperCase(), ...rest });
const inState = (status: PayoutStatus): Payout =>
  isOpenPayoutStatus(status) ? aPayout({ status, channelPayoutId: "po_1" }) : anEndedPayout(status);
const declined: PayoutFactLine = {
  type: "declined",
  failure: { code: "rejected", message: "No." },
  observedAt: NOW,
};

const tellable = payoutStatuses.filter((status): status is ChannelPayoutStatus => status !== "created");

describe("the moves", () => {
  const every = payoutStatuses.flatMap((from) => tellable.map((to) => [from, to] as const));
  it.each(every)("from %s, told of %s", (from, to) => {
    const { payout, effect, alarm } = foldPayout(inState(from), told(to), NOW);
    const isMove = mayPayoutMove(from, to);
    expect(payout.status).toBe(isMove ? to : from);
    const expected: PayoutEffect =
      !isMove || isOpenPayoutStatus(to)
        ? "none"
        : to === "succeeded"
          ? "settle"
          : from === "succeeded"
            ? "restore"
            : "release";
    expect(effect).toBe(expected);
    const unpaid: readonly PayoutStatus[] = ["failed", "cancelled"];
    const isContradiction =
      (unpaid.includes(from) && to === "succeeded") || (from === "succeeded" && unpaid.includes(to));
    expect(alarm?.code).toBe(isContradiction ? "contradiction" : undefined);
  });

  it("leave no state that did not end without a way to its end, and never pay twice", () => {
    for (const from of payoutStatuses) {
      expect(payoutMoves[from].length > 0).toBe(isOpenPayoutStatus(from) || from === "succeeded");
    }
    expect(mayPayoutMove("failed", "succeeded")).toBe(false);
    expect(mayPayoutMove("returned", "succeeded")).toBe(false);
    expect(mayPayoutMove("cancelled", "succeeded")).toBe(false);
  });
});

/** What a channel can truly tell of one payout: states on the way in any order of time, and at most one story's end. */
const anyStory = fc
  .record({
    way: fc.array(fc.constantFrom<ChannelPayoutStatus>("processing", "requires_action"), { maxLength: 5 }),
    end: fc.constantFrom<readonly ChannelPayoutStatus[]>(
      [],
      ["succeeded"],
      ["succeeded", "returned"],
      ["failed"],
      ["cancelled"],
      ["returned"],
    ),
  })
  .map(({ way, end }) =>
    [...way, ...end].map((status, index) => told(status, { observedAt: START + (index + 1) * MINUTE })),
  );
const anyTelling = anyStory.chain((story) =>
  fc
    .record({
      order: fc.shuffledSubarray(story, { minLength: story.length, maxLength: story.length }),
      again: fc.array(fc.constantFrom(...(story.length === 0 ? [told("processing")] : story)), {
        maxLength: 4,
      }),
    })
    .map(({ order, again }) => ({ story, order, telling: story.length === 0 ? [] : [...order, ...again] })),
);

const played = (facts: readonly PayoutFactLine[]) => {
  const effects: PayoutEffect[] = [];
  let payout: Payout = aPayout();
  for (const fact of facts) {
    const next = foldPayout(payout, fact, NOW);
    effects.push(next.effect);
    payout = next.payout;
    expect(next.alarm).toBeUndefined();
  }
  return { payout, effects: effects.filter((effect) => effect !== "none") };
};

/** Held, at the channel and free again after some effects. */
const money = (effects: readonly PayoutEffect[]) => {
  const sums = { held: 1, channel: 0, free: 0 };
  for (const effect of effects) {
    sums[effect === "restore" ? "channel" : "held"] -= 1;
    sums[effect === "settle" ? "channel" : "free"] += 1;
  }
  return sums;
};

describe("any order and any repetition of what a channel tells", () => {
  it("ends in the same state, with the money in the same place", () => {
    fc.assert(
      fc.property(anyTelling, ({ story, telling }) => {
        const straight = played(story);
        const other = played(telling);
        expect(other.payout.status).toBe(straight.payout.status);
        expect(money(other.effects)).toEqual(money(straight.effects));
      }),
      { numRuns: 2_000 },
    );
  });

  it("moves the money at most once each way, and the hold is there exactly while it is open", () => {
    fc.assert(
      fc.property(anyTelling, ({ telling }) => {
        const { payout, effects } = played(telling);
        expect(new Set(effects).size).toBe(effects.length);
        expect(money(effects).held).toBe(isOpenPayout(payout) ? 1 : 0);
      }),
      { numRuns: 1_000 },
    );
  });

  it("makes no difference to one that was called off meanwhile", () => {
    fc.assert(
      fc.property(anyTelling, fc.nat(), ({ telling }, place) => {
        const at = place % (telling.length + 1);
        const calledOff: PayoutFactLine = { type: "called-off", observedAt: NOW };
        const other = played([...telling.slice(0, at), calledOff, ...telling.slice(at)]);
        expect(other.payout.status).toBe(played(telling).payout.status);
      }),
    );
  });
});

describe("a payout that nobody knows of", () => {
  it("fails when the channel declined it, and not once it exists there", () => {
    expect(foldPayout(aPayout(), declined, NOW)).toMatchObject({
      effect: "release",
      payout: { status: "failed", failure: { code: "rejected" } },
    });
    const known = aPayout({ channelPayoutId: "po_1" });
    expect(foldPayout(known, declined, NOW)).toEqual({ payout: known, effect: "none" });
  });

  it("is left to people when it is lost sight of, keeps its hold, and is found again", () => {
    const lost = foldPayout(aPayout(), { type: "lost-sight", observedAt: NOW }, NOW);
    expect(lost).toMatchObject({
      effect: "none",
      alarm: { code: "outcome-unknown" },
      payout: { status: "created", attention: { code: "outcome-unknown" }, nextCheckAt: NOW + DAY },
    });
    const found = foldPayout(lost.payout, told("processing"), NOW).payout;
    expect(found).toMatchObject({ status: "processing", channelPayoutId: "po_1" });
    expect(found.attention).toBeUndefined();
    expect(foldPayout(found, { type: "lost-sight", observedAt: NOW }, NOW).alarm).toBeUndefined();
  });
});

describe("what does not fit", () => {
  it.each([
    ["another amount", { amount: { value: 4_99, currency: "USD" } }, "amount-mismatch"],
    ["another currency", { amount: { value: 5_00, currency: "EUR" } }, "amount-mismatch"],
    ["another payout", { channelPayoutId: "po_2" }, "other-payout"],
  ] as const)("%s moves nothing and is for people", (_name, rest, code) => {
    for (const status of ["succeeded", "returned", "processing"] as const) {
      const before = aPayout({ status: "processing", channelPayoutId: "po_1" });
      const { payout, effect, alarm } = foldPayout(before, told(status, rest), NOW);
      expect([payout.status, effect, alarm?.code, payout.attention?.code]).toEqual([
        "processing",
        "none",
        code,
        code,
      ]);
    }
  });

  it("is over when the channel says what was asked", () => {
    const before = aPayout({
      status: "processing",
      channelPayoutId: "po_1",
      attention: { code: "x", message: "x" },
    });
    const { payout, alarm } = foldPayout(before, told("processing"), NOW);
    expect([payout.attention, alarm]).toEqual([undefined, undefined]);
    expect(isOpenPayout(payout) && payout.nextCheckAt < NOW + DAY).toBe(true);
  });

  it("does not keep money that was not paid", () => {
    const fact = told("failed", { amount: { value: 0, currency: "USD" } });
    expect(foldPayout(aPayout(), fact, NOW)).toMatchObject({
      effect: "release",
      payout: { status: "failed" },
    });
  });
});

describe("what only concerns an open payout", () => {
  const open = aPayout({
    status: "requires_action",
    channelPayoutId: "po_1",
    cancelling: true,
    action: secret({ type: "fake" }),
    failure: { code: "x", message: "x" },
  });
  it("stays while it is open and goes with its end", () => {
    const onItsWay = foldPayout(open, told("processing", { observedAt: NOW }), NOW).payout;
    expect(onItsWay).toMatchObject({ status: "processing", cancelling: true });
    expect(onItsWay.action).toBeDefined();
    expect(onItsWay.failure).toBeUndefined();
    const over = foldPayout(open, told("cancelled"), NOW).payout;
    expect(Object.keys(over)).not.toEqual(expect.arrayContaining(["action"]));
    expect(over.cancelling).toBe(true);
    expect(Object.keys(over)).not.toEqual(expect.arrayContaining(["nextCheckAt"]));
  });

  it("is called off once, and an ended one is not", () => {
    const calledOff: PayoutFactLine = { type: "called-off", observedAt: NOW };
    const first = foldPayout(inState("requires_action"), calledOff, NOW).payout;
    expect(first.cancelling).toBe(true);
    expect(foldPayout(first, calledOff, NOW + 1).payout).toBe(first);
    expect(foldPayout(anEndedPayout("succeeded"), calledOff, NOW).payout.cancelling).toBeUndefined();
  });

  it("is what two states are compared by", () => {
    const before = inState("processing");
    expect(samePayoutState(before, { ...before, observedAt: NOW, version: 7 })).toBe(true);
    for (const rest of [
      { channelPayoutId: "po_2" },
      { cancelling: true as const },
      { attention: { code: "a", message: "a" } },
      { failure: { code: "a", message: "a" } },
      { action: secret({ type: "fake" }) },
    ]) {
      expect(samePayoutState(before, { ...before, ...rest })).toBe(false);
    }
    expect(samePayoutState(before, inState("succeeded"))).toBe(false);
  });
});
