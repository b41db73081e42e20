import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costOf, type FeeTable, feeTableSchema } from "../../../../shared/routing/cost.ts";
import { distanceBetween, distances } from "../../../../shared/routing/distance.ts";
import {
  addObservations,
  nothingObserved,
  type Observation,
  safetyOf,
  speedOf,
} from "../../../../shared/routing/observed.ts";
import { assess, type Candidate, DEFAULT_WEIGHTS, explain, rank } from "../../../../shared/routing/rank.ts";

const MONDAY = Date.UTC(2026, 10, 23, 12);
const SUNDAY = Date.UTC(2026, 10, 22, 12);

const table = (basisPoints: number, fixed = 0, rest: Partial<FeeTable> = {}): FeeTable =>
  feeTableSchema.parse({ country: "IE", fees: { "same-region": { basisPoints, fixed } }, ...rest });

const observations = fc
  .record({
    settled: fc.nat(10_000),
    failed: fc.nat(10_000),
    mean: fc.nat(100_000),
    disputedShare: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map(
    ({ settled, failed, mean, disputedShare }): Observation => ({
      ended: settled + failed,
      failed,
      settled,
      disputed: Math.floor(settled * disputedShare),
      settleSeconds: settled * mean,
    }),
  );

const candidates = fc
  .record({
    basisPoints: fc.nat(1_000),
    fixed: fc.nat(500),
    monthly: fc.nat(100_000),
    observed: observations,
  })
  .map(
    ({ basisPoints, fixed, monthly, observed }): Candidate => ({
      channel: "a",
      fees: table(basisPoints, fixed),
      monthly,
      observed,
    }),
  );

const questions = fc.record({
  value: fc.integer({ min: 1, max: 10_000_000 }),
  country: fc.constantFrom("IE", "FR", "US"),
  at: fc.constantFrom(MONDAY, SUNDAY),
});

const order = (question: { value: number; country: string; at: number }, ...all: Candidate[]): string[] =>
  rank(question, all).map(({ channel }) => channel);

describe("distance", () => {
  it.each([
    ["IE", "IE", "same-region"],
    ["IE", "FR", "cross-region"],
    ["FR", "GB", "cross-region"],
    ["CN", "HK", "cross-region"],
    ["CN", "IN", "cross-border"],
    ["US", "CA", "cross-border"],
  ])("from %s to %s is %s", (from, to, distance) => {
    expect(distanceBetween(from, to)).toBe(distance);
    expect(distanceBetween(to, from)).toBe(distance);
  });
});

describe("cost", () => {
  it("is the rate and the fixed part, rounded up", () => {
    const input = { distance: "same-region", at: MONDAY, monthly: 0 } as const;
    expect(costOf(table(290, 30), { value: 1_000, ...input })).toBe(59);
    expect(costOf(table(290, 30), { value: 1_001, ...input })).toBe(60);
  });

  it("takes the row of the distance, or of the nearest shorter one", () => {
    const fees = feeTableSchema.parse({
      country: "IE",
      fees: { "same-region": { basisPoints: 100 }, "cross-border": { basisPoints: 300 } },
    });
    const at = { value: 10_000, at: MONDAY, monthly: 0 };
    expect(distances.map((distance) => costOf(fees, { ...at, distance }))).toEqual([100, 100, 300]);
  });

  it("asks more on weekends where the table says so", () => {
    const fees = table(100, 0, { weekendBasisPoints: 50 });
    const input = { value: 10_000, distance: "same-region", monthly: 0 } as const;
    expect(costOf(fees, { ...input, at: MONDAY })).toBe(100);
    expect(costOf(fees, { ...input, at: SUNDAY })).toBe(150);
  });

  it("falls with the number of payments and rises with the amount", () => {
    const fees = feeTableSchema.parse({
      country: "IE",
      fees: {
        "same-region": {
          basisPoints: 300,
          tiers: [
            { from: 100, basisPoints: 200 },
            { from: 1_000, basisPoints: 150 },
          ],
        },
      },
    });
    fc.assert(
      fc.property(fc.nat(1e7), fc.nat(1e4), fc.nat(5_000), fc.nat(5_000), (value, more, monthly, further) => {
        const cost = (v: number, n: number) =>
          costOf(fees, { value: v, distance: "same-region", at: MONDAY, monthly: n });
        expect(cost(value + more, monthly)).toBeGreaterThanOrEqual(cost(value, monthly));
        expect(cost(value, monthly + further)).toBeLessThanOrEqual(cost(value, monthly));
      }),
    );
  });

  it("refuses a table whose tiers get dearer", () => {
    const fees = {
      "same-region": {
        basisPoints: 100,
        tiers: [
          { from: 5, basisPoints: 90 },
          { from: 9, basisPoints: 95 },
        ],
      },
    };
    expect(feeTableSchema.safeParse({ country: "IE", fees }).success).toBe(false);
  });
});

describe("speed and safety", () => {
  it("start from the assumption and end at what was observed", () => {
    expect(speedOf(nothingObserved, "same-region", false)).toBe(60);
    const many = { ...nothingObserved, ended: 1e6, settled: 1e6, settleSeconds: 5e6 };
    expect(speedOf(many, "same-region", false)).toBeCloseTo(5, 1);
    expect(safetyOf(many, "same-region", 5)).toBeGreaterThan(0.999);
  });

  it("assume a longer way to be slower and less safe, and a weekend to be slower", () => {
    const seconds = distances.map((distance) => speedOf(nothingObserved, distance, false));
    expect(seconds).toEqual([...seconds].sort((a, b) => a - b));
    const safe = distances.map((distance) => safetyOf(nothingObserved, distance, 60));
    expect(safe).toEqual([...safe].sort((a, b) => b - a));
    expect(speedOf(nothingObserved, "same-region", true)).toBeGreaterThan(60);
  });

  it("stay between never and always", () => {
    fc.assert(
      fc.property(observations, fc.constantFrom(...distances), fc.nat(1e7), (observed, distance, seconds) => {
        const safety = safetyOf(observed, distance, seconds);
        expect(safety).toBeGreaterThanOrEqual(0);
        expect(safety).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("add up over days", () => {
    fc.assert(
      fc.property(observations, observations, (a, b) => {
        expect(addObservations(a, b)).toEqual(addObservations(b, a));
        expect(addObservations(a, nothingObserved)).toEqual(a);
      }),
    );
  });
});

describe("ranking", () => {
  it("never puts a dearer channel above an otherwise equal one", () => {
    fc.assert(
      fc.property(questions, candidates, fc.integer({ min: 1, max: 500 }), (question, cheap, more) => {
        const fee = cheap.fees.fees["same-region"];
        const dear = {
          ...cheap,
          channel: "0-dear",
          fees: table(fee.basisPoints + more, fee.fixed + more),
        };
        expect(order(question, dear, { ...cheap, channel: "z-cheap" })[0]).toBe("z-cheap");
      }),
    );
  });

  it("never puts a slower channel above an otherwise equal one", () => {
    fc.assert(
      fc.property(questions, candidates, fc.integer({ min: 1, max: 1e6 }), (question, quick, more) => {
        const slower = { ...quick.observed, settleSeconds: quick.observed.settleSeconds + more };
        const slow = assess(question, { ...quick, observed: slower }, DEFAULT_WEIGHTS);
        expect(slow.score).toBeGreaterThanOrEqual(assess(question, quick, DEFAULT_WEIGHTS).score);
      }),
    );
  });

  it("never puts a channel that fails or is disputed more often above an otherwise equal one", () => {
    fc.assert(
      fc.property(questions, candidates, fc.integer({ min: 1, max: 1e4 }), (question, safe, more) => {
        const { observed } = safe;
        const failing = { ...observed, ended: observed.ended + more, failed: observed.failed + more };
        const disputed = { ...observed, disputed: observed.disputed + more };
        const score = (seen: Observation) =>
          assess(question, { ...safe, observed: seen }, DEFAULT_WEIGHTS).score;
        // One more failure among as many payments: the rate rises, the weight of the assumption falls alike for both.
        if (observed.failed * 100 <= observed.ended)
          expect(score(failing)).toBeGreaterThanOrEqual(score(observed));
        expect(score(disputed)).toBeGreaterThanOrEqual(score(observed));
      }),
    );
  });

  it("does not depend on the order or on the other candidates", () => {
    fc.assert(
      fc.property(questions, fc.array(candidates, { minLength: 2, maxLength: 6 }), (question, some) => {
        const named = some.map((candidate, index) => ({ ...candidate, channel: `c${index}` }));
        const ranked = order(question, ...named);
        expect(order(question, ...named.toReversed())).toEqual(ranked);
        const [removed, ...rest] = named;
        expect(order(question, ...rest)).toEqual(ranked.filter((name) => name !== removed?.channel));
      }),
    );
  });

  it("breaks ties by cost and then by name", () => {
    const one = { channel: "b", fees: table(100), monthly: 0, observed: nothingObserved };
    expect(order({ value: 100, country: "IE", at: MONDAY }, one, { ...one, channel: "a" })).toEqual([
      "a",
      "b",
    ]);
  });

  it("explains itself", () => {
    const question = { value: 10_000, country: "FR", at: MONDAY };
    const ranked = assess(
      question,
      { channel: "stripe", fees: table(290, 30), monthly: 0, observed: nothingObserved },
      DEFAULT_WEIGHTS,
    );
    expect(ranked.parts.cost + ranked.parts.speed + ranked.parts.safety).toBeCloseTo(ranked.score, 5);
    expect(explain(ranked, question.value, "Stripe")).toBe(
      "Stripe takes 3.20 % of this amount within one economic area, is expected to settle in 90 s, and pays and stays paid in 87.8 of 100 cases.",
    );
  });
});
