/** Refunds that people of ops end: when they may, what that makes of one, and what the channel can still say. */
import { describe, expect, it } from "vitest";
import { digestOf } from "../../../../shared/payments/fact.ts";
import {
  type ChannelRefund,
  foldRefund,
  isRefundGivenUp,
  type OpenRefund,
  type RefundFactLine,
  refundFactIdOf,
  refundHoldId,
} from "../../../../shared/payments/refund.ts";
import { type ResolvedFact, resolvedAsFailed } from "../../../../shared/payments/resolution.ts";
import { DAY } from "../../../../shared/platform/clock.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { paymentId, START } from "../../../builders/payment-facts.ts";
import { usd } from "../../../builders/usd.ts";

const id = derivedId("refund", "r");
const NOW = START + DAY;

const waiting = (rest: Partial<OpenRefund> = {}): OpenRefund => ({
  id,
  paymentId,
  owner: derivedId("account", "ada"),
  from: derivedId("account", "ben"),
  to: "channel",
  status: "needs_attention",
  amount: usd(5_00),
  channel: "stripe",
  channelRefundId: "re_1",
  holdId: refundHoldId(id),
  refundedBefore: 0,
  observedAt: START,
  nextCheckAt: START + DAY,
  createdAt: START,
  updatedAt: START,
  fingerprint: "f",
  correlationId: "c",
  version: 1,
  ...rest,
});
const resolved = (outcome: ResolvedFact["outcome"]): RefundFactLine & ResolvedFact => ({
  type: "resolved",
  source: "ops",
  outcome,
  reason: "asked there",
  evidence: "ticket 7",
  by: derivedId("account", "otto"),
  observedAt: NOW,
});
const seen = (status: "succeeded" | "failed" | "processing"): RefundFactLine => ({
  type: "observed",
  channelRefundId: "re_1",
  status,
  rawStatus: status,
  amount: { value: 5_00, currency: "USD" },
  observedAt: NOW + 1,
  occurredAt: NOW,
});

describe("a refund that people may end", () => {
  it("needs a person, or is thirty days old", () => {
    expect(isRefundGivenUp(waiting(), START)).toBe(true);
    const on = waiting({ status: "processing" });
    const ages = [0, 30 * DAY - 1, 30 * DAY, 31 * DAY];
    expect(ages.map((age) => isRefundGivenUp(on, START + age))).toEqual([false, false, true, true]);
  });

  it.each([
    ["failed", "release", { failure: resolvedAsFailed }],
    ["succeeded", "settle", {}],
  ] as const)("ends as they say: %s", (outcome, effect, rest) => {
    const { nextCheckAt: _, ...known } = waiting();
    const fact = resolved(outcome);
    expect(foldRefund(waiting(), fact, NOW)).toStrictEqual({
      refund: {
        ...known,
        ...rest,
        status: outcome,
        resolution: { outcome, factId: refundFactIdOf(id, fact) },
        observedAt: NOW,
        updatedAt: NOW,
      },
      effect,
    });
  });

  it("keeps who ended it only where people did", () => {
    const { channelRefundId: _, ...made } = waiting({ status: "created" });
    const failure = { code: "c", message: "m" };
    for (const fact of [
      { type: "declined", failure, observedAt: NOW },
      { type: "lost-sight", observedAt: NOW },
    ] as const) {
      const { refund } = foldRefund(made, fact, NOW);
      expect(refund.status).not.toBe("created");
      expect(refund).not.toHaveProperty("resolution");
    }
  });

  it("is none that is under way, or that ended", () => {
    const { nextCheckAt: _, ...known } = waiting();
    const ended: ChannelRefund = { ...known, status: "succeeded" };
    for (const refund of [waiting({ status: "processing" }), ended]) {
      expect(foldRefund(refund, resolved("failed"), NOW)).toStrictEqual({ refund, effect: "none" });
    }
  });
});

describe("what the channel says after people", () => {
  const { nextCheckAt: _, ...known } = waiting();
  const ended = (status: "succeeded" | "failed", outcome?: "succeeded" | "failed"): ChannelRefund => ({
    ...known,
    status,
    ...(outcome === undefined ? {} : { resolution: { outcome, factId: "f" } }),
  });

  it("proves them wrong who took it for failed, and is for people", () => {
    const refund = ended("failed", "failed");
    expect(foldRefund(refund, seen("succeeded"), NOW)).toStrictEqual({
      refund,
      effect: "none",
      alarm: {
        code: "contradiction",
        message: "The channel gave the money back after people had found that it did not.",
      },
    });
  });

  it("is no contradiction when it says the same, something before the end, or had failed it itself", () => {
    for (const [refund, fact] of [
      [ended("failed", "failed"), seen("failed")],
      [ended("failed", "failed"), seen("processing")],
      [ended("failed", "succeeded"), seen("succeeded")],
      [ended("failed"), seen("succeeded")],
      [ended("succeeded", "failed"), seen("succeeded")],
    ] as const) {
      expect(foldRefund(refund, fact, NOW)).toStrictEqual({ refund, effect: "none" });
    }
  });

  it("takes money back that people took for given", () => {
    expect(foldRefund(ended("succeeded", "succeeded"), seen("failed"), NOW)).toMatchObject({
      refund: { status: "failed", resolution: { outcome: "succeeded" } },
      effect: "restore",
    });
  });
});

it("a fact's id is over what is said of which refund, and not over when it was seen", () => {
  const { observedAt: _, ...said } = resolved("failed");
  expect(refundFactIdOf(id, resolved("failed"))).toBe(digestOf("refund", id, said));
  expect(refundFactIdOf(id, { type: "lost-sight", observedAt: 7 })).toBe(
    digestOf("refund", id, { type: "lost-sight" }),
  );
});
