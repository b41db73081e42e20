/** Withdrawals that people end, and ended ones whose channel is asked again. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ChannelPayoutStatus } from "../../../../shared/channels/facts.ts";
import {
  decidedBy,
  isResolvedSo,
  type ResolutionOutcome,
  type ResolvedFact,
} from "../../../../shared/payments/resolution.ts";
import { fromPayoutItem, toPayoutItem } from "../../../../shared/payouts/codec.ts";
import { payoutFactIdOf } from "../../../../shared/payouts/fact.ts";
import { foldPayout, type PayoutEffect } from "../../../../shared/payouts/fold.ts";
import {
  type EndedPayout,
  isGivenUp,
  isOpenPayout,
  nextWatchOf,
  nextWatchUnanswered,
  type Payout,
  watchedAgain,
} from "../../../../shared/payouts/payout.ts";
import { DAY, HOUR, MINUTE } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { START } from "../../../builders/payment-facts.ts";
import { anEndedPayout, aPayout, aPayoutFact } from "../../../builders/payout-facts.ts";

const NOW = START + 2 * DAY;
const attention = { code: "outcome-unknown", message: "Nobody knows." };
const resolved = (outcome: ResolutionOutcome, rest: Partial<ResolvedFact> = {}): ResolvedFact => ({
  type: "resolved",
  source: "ops",
  outcome,
  reason: "Looked up",
  evidence: "T-1",
  by: derivedId("account", "olivia"),
  observedAt: NOW,
  ...rest,
});
const told = (status: ChannelPayoutStatus, observedAt = NOW + MINUTE) =>
  aPayoutFact({ status, rawStatus: status.toUpperCase(), observedAt });
const lostOne = aPayout({ attention });

describe("what people may end", () => {
  it("needs attention, or is a week overdue", () => {
    expect(isGivenUp(aPayout(), START + HOUR)).toBe(false);
    expect(isGivenUp(lostOne, START)).toBe(true);
    // Whether it exists at the channel should be known after an hour.
    expect(isGivenUp(aPayout(), START + HOUR + 7 * DAY - 1)).toBe(false);
    expect(isGivenUp(aPayout(), START + HOUR + 7 * DAY)).toBe(true);
    const confirming = aPayout({ status: "requires_action" });
    expect(isGivenUp(confirming, START + 8 * DAY)).toBe(false);
    expect(isGivenUp(confirming, START + 8 * DAY + HOUR)).toBe(true);
    expect(isGivenUp(aPayout({ status: "processing" }), START + 10 * DAY)).toBe(true);
  });

  it("ends as they say, and keeps which fact that was", () => {
    const paid = foldPayout(lostOne, resolved("succeeded"), NOW);
    const factId = payoutFactIdOf(lostOne.id, resolved("succeeded"));
    expect(paid).toMatchObject({
      payout: { status: "succeeded", resolution: { outcome: "succeeded", factId } },
      effect: "settle",
    });
    expect(paid.payout).not.toHaveProperty("attention");
    expect(fromPayoutItem(toPayoutItem(paid.payout))).toMatchObject({
      resolution: { outcome: "succeeded", factId },
    });
    expect(foldPayout(lostOne, resolved("failed"), NOW)).toMatchObject({
      payout: { status: "failed", failure: { code: "resolved-as-failed" } },
      effect: "release",
    });
  });

  it("is nothing else", () => {
    const others: readonly Payout[] = [aPayout(), anEndedPayout("succeeded"), anEndedPayout("failed")];
    for (const payout of others) {
      for (const outcome of ["succeeded", "failed"] as const)
        expect(foldPayout(payout, resolved(outcome), START)).toEqual({ payout, effect: "none" });
    }
  });

  it("is asked for in the same words or in others", () => {
    const asked = { outcome: "failed", factId: "f" } as const;
    expect(isResolvedSo({ status: "failed", resolution: asked }, asked)).toBe(true);
    expect(isResolvedSo({ status: "failed", resolution: { ...asked, factId: "g" } }, asked)).toBe(false);
    expect(isResolvedSo({ status: "cancelled" }, asked)).toBe(true);
    expect(isResolvedSo({ status: "succeeded" }, asked)).toBe(false);
    expect(decidedBy({ status: "failed", resolution: asked })).toBe("ops");
    expect(decidedBy({ status: "returned", resolution: { ...asked, outcome: "succeeded" } })).toBe("channel");
    expect(decidedBy({ status: "failed" })).toBe("channel");
    const id = payoutFactIdOf(lostOne.id, resolved("failed"));
    expect(payoutFactIdOf(lostOne.id, resolved("failed", { observedAt: 1 }))).toBe(id);
    expect(payoutFactIdOf(lostOne.id, resolved("failed", { evidence: "T-2" }))).not.toBe(id);
  });
});

describe("what the channel says after people have decided", () => {
  const decided = (outcome: ResolutionOutcome) => foldPayout(lostOne, resolved(outcome), NOW).payout;

  it("brings money back that was taken for paid", () => {
    for (const status of ["failed", "cancelled", "returned"] as const)
      expect(foldPayout(decided("succeeded"), told(status), NOW)).toMatchObject({
        payout: { status: "returned" },
        effect: "restore",
      });
    const failure = { code: "rejected", message: "No." };
    expect(
      foldPayout(decided("succeeded"), { type: "declined", failure, observedAt: NOW }, NOW),
    ).toMatchObject({ payout: { status: "returned", failure }, effect: "restore" });
  });

  it("is for people where the money was given free", () => {
    expect(foldPayout(decided("failed"), told("succeeded"), NOW)).toMatchObject({
      payout: { status: "failed" },
      effect: "none",
      alarm: { code: "contradiction" },
    });
  });

  it("never moves money twice, whatever it is and whenever it comes", () => {
    const facts = fc.array(
      fc.constantFrom<ChannelPayoutStatus>("processing", "succeeded", "failed", "cancelled", "returned"),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(facts, fc.constantFrom("succeeded", "failed"), fc.nat(), (statuses, outcome, place) => {
        const lines = statuses.map((status, index) => told(status, NOW + index * MINUTE));
        const at = place % (lines.length + 1);
        const effects: PayoutEffect[] = [];
        let payout: Payout = lostOne;
        for (const line of [...lines.slice(0, at), resolved(outcome), ...lines.slice(at)]) {
          const folded = foldPayout(payout, line, NOW);
          payout = folded.payout;
          if (folded.effect !== "none") effects.push(folded.effect);
        }
        const ways = [[], ["settle"], ["release"], ["settle", "restore"]];
        expect(ways).toContainEqual(effects);
        expect(effects.length === 0).toBe(isOpenPayout(payout));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe("an ended withdrawal", () => {
  const delivered: EndedPayout = { ...anEndedPayout("succeeded"), returnsWithinMs: 27 * DAY };
  const checksOf = (payout: EndedPayout): number[] => {
    const days: number[] = [];
    for (let at = nextWatchOf(payout, START); at !== undefined; at = nextWatchOf(payout, at))
      days.push((at - START) / DAY);
    return days;
  };

  it("that was delivered is asked about ever more seldom, as long as it can come back", () => {
    expect(checksOf(delivered)).toEqual([1, 3, 9, 27]);
    expect(checksOf(anEndedPayout("succeeded"))).toEqual([]);
    const open = aPayout({ status: "processing", channelPayoutId: "po_1", returnsWithinMs: 27 * DAY });
    expect(foldPayout(open, told("succeeded", NOW), START).payout.nextCheckAt).toBe(START + DAY);
  });

  it("that people ended is asked about for a month, wherever its money is", () => {
    const resolution = { outcome: "failed", factId: "f" } as const;
    const month = [30 / 27, 30 / 9, 10, 30].map((days) => Math.ceil(days * DAY) / DAY);
    expect(checksOf({ ...anEndedPayout("failed"), resolution })).toEqual(month);
    expect(checksOf({ ...anEndedPayout("succeeded"), resolution })).toEqual(month);
  });

  it("that came back, failed or was called off is not", () => {
    for (const status of ["returned", "failed", "cancelled"] as const)
      expect(checksOf({ ...delivered, status })).toEqual([]);
  });

  it("is asked about again where the channel was silent at last, for a week", () => {
    const end = START + 27 * DAY;
    expect(nextWatchUnanswered(delivered, START + DAY)).toBe(START + 3 * DAY);
    expect(nextWatchUnanswered(delivered, end)).toBe(end + DAY);
    expect(nextWatchUnanswered(delivered, end + 6 * DAY)).toBe(end + 7 * DAY);
    expect(nextWatchUnanswered(delivered, end + 7 * DAY)).toBeUndefined();
  });

  it("is among the work that is due until then", () => {
    const watched = watchedAgain(delivered, START + DAY);
    expect(fromPayoutItem(toPayoutItem(watched))).toMatchObject({ nextCheckAt: START + DAY });
    const over = toPayoutItem(watchedAgain(watched, undefined));
    expect(over).not.toHaveProperty("dueAt");
    expect(fromPayoutItem(over)).not.toHaveProperty("nextCheckAt");
  });
});
