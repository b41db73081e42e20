/** Refunds that people end, and what the channel says about them afterwards. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type ChannelRefund,
  foldRefund,
  isOpenRefund,
  isRefundGivenUp,
  type RefundEffect,
  refundFactIdOf,
  sameRefundState,
} from "../../../../shared/payments/refund.ts";
import { fromRefundItem, toRefundItem } from "../../../../shared/payments/refund-codec.ts";
import type { ResolutionOutcome, ResolvedFact } from "../../../../shared/payments/resolution.ts";
import { DAY, MINUTE } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { START } from "../../../builders/payment-facts.ts";
import { aRefund, aRefundFact, refundId } from "../../../builders/refund-facts.ts";

const NOW = START + 2 * DAY;
const resolved = (outcome: ResolutionOutcome): ResolvedFact => ({
  type: "resolved",
  source: "ops",
  outcome,
  reason: "Looked up",
  evidence: "T-1",
  by: derivedId("account", "olivia"),
  observedAt: NOW,
});
const stuck = aRefund({ status: "needs_attention" });
const ended = (outcome: ResolutionOutcome): ChannelRefund => foldRefund(stuck, resolved(outcome), NOW).refund;

describe("what people may end", () => {
  it("needs attention, or is thirty days old", () => {
    const open = aRefund({ status: "processing" });
    if (!isOpenRefund(open) || !isOpenRefund(stuck)) throw new Error("they are open");
    expect(isRefundGivenUp(stuck, START)).toBe(true);
    expect(isRefundGivenUp(open, START + 30 * DAY - 1)).toBe(false);
    expect(isRefundGivenUp(open, START + 30 * DAY)).toBe(true);
  });

  it("ends as they say, and keeps which fact that was", () => {
    const factId = refundFactIdOf(refundId, resolved("failed"));
    expect(foldRefund(stuck, resolved("failed"), NOW)).toMatchObject({
      refund: {
        status: "failed",
        failure: { code: "resolved-as-failed" },
        resolution: { outcome: "failed", factId },
      },
      effect: "release",
    });
    expect(foldRefund(stuck, resolved("succeeded"), NOW)).toMatchObject({
      refund: { status: "succeeded", resolution: { outcome: "succeeded" } },
      effect: "settle",
    });
    expect(fromRefundItem(toRefundItem(ended("failed")))).toEqual(ended("failed"));
    expect(toRefundItem(ended("failed"))).not.toHaveProperty("dueAt");
  });

  it("is nothing else", () => {
    const known = foldRefund(aRefund(), aRefundFact("succeeded"), NOW).refund;
    for (const refund of [aRefund(), aRefund({ status: "processing" }), known]) {
      for (const outcome of ["succeeded", "failed"] as const)
        expect(foldRefund(refund, resolved(outcome), START + MINUTE)).toEqual({ refund, effect: "none" });
    }
  });
});

describe("what the channel says after people have decided", () => {
  it("gives money back to its giver that was taken for given", () => {
    expect(foldRefund(ended("succeeded"), aRefundFact("failed"), NOW)).toMatchObject({
      refund: { status: "failed" },
      effect: "restore",
    });
  });

  it("is for people where the money was given free, and for nobody where the channel had failed itself", () => {
    expect(foldRefund(ended("failed"), aRefundFact("succeeded"), NOW)).toMatchObject({
      refund: { status: "failed" },
      effect: "none",
      alarm: { code: "contradiction" },
    });
    const failed = foldRefund(aRefund(), aRefundFact("failed"), NOW).refund;
    const again = foldRefund(failed, aRefundFact("succeeded"), NOW);
    expect(again.alarm).toBeUndefined();
    expect(sameRefundState(again.refund, failed)).toBe(true);
  });

  it("never moves money twice, whatever it is and whenever it comes", () => {
    const statuses = fc.array(
      fc.constantFrom(
        "processing" as const,
        "needs_attention" as const,
        "succeeded" as const,
        "failed" as const,
      ),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(statuses, fc.constantFrom("succeeded", "failed"), fc.nat(), (told, outcome, place) => {
        const lines = told.map((status, index) => aRefundFact(status, START + index * MINUTE));
        const at = place % (lines.length + 1);
        const effects: RefundEffect[] = [];
        let refund: ChannelRefund = stuck;
        for (const line of [...lines.slice(0, at), resolved(outcome), ...lines.slice(at)]) {
          const folded = foldRefund(refund, line, NOW);
          refund = folded.refund;
          if (folded.effect !== "none") effects.push(folded.effect);
        }
        expect([[], ["settle"], ["release"], ["settle", "restore"]]).toContainEqual(effects);
        expect(effects.length === 0).toBe(isOpenRefund(refund));
      }),
      { numRuns: 2_000 },
    );
  });
});
