/** Routing in detail: which countries are near each other, what a fee table may hold, and how scores are made. */
import { describe, expect, it } from "vitest";
import { costOf, feeFor, feeTableSchema } from "../../../../shared/routing/cost.ts";
import { countrySchema, distanceBetween } from "../../../../shared/routing/distance.ts";
import { nothingObserved, safetyOf, speedOf } from "../../../../shared/routing/observed.ts";
import {
  assess,
  type Candidate,
  DEFAULT_WEIGHTS,
  distanceOf,
  explain,
  type Ranked,
  rank,
  weightsSchema,
} from "../../../../shared/routing/rank.ts";

const MONDAY = Date.UTC(2026, 10, 23, 12);

/** As the European Payments Council lists them, and the other areas as their members do. */
const areas = [
  "AD AT BE BG CH CY CZ DE DK EE ES FI FR GB GR HR HU IE IS IT LI LT LU LV MC MT NL NO PL PT RO SE SI SK SM VA",
  "CN HK MO",
  "AE BH KW OM QA SA",
  "BF BJ CI GW ML NE SN TG",
  "AU NZ",
].map((area) => area.split(" "));

describe("distance", () => {
  it.each(areas)("is short inside the area of %s", (...area) => {
    for (const from of area) {
      for (const to of area) {
        expect(distanceBetween(from, to)).toBe(from === to ? "same-region" : "cross-region");
      }
    }
  });

  it("is long from one area to another, and to countries of none", () => {
    const [eu = "", cn = "", gulf = "", west = "", oceania = ""] = areas.map(([country]) => country);
    const countries = [eu, cn, gulf, west, oceania, "US", "BR"];
    for (const from of countries) {
      for (const to of countries.filter((country) => country !== from)) {
        expect(distanceBetween(from, to)).toBe("cross-border");
      }
    }
  });

  it("is between countries of two capital letters", () => {
    for (const country of ["IE", "US"]) expect(countrySchema.safeParse(country).success).toBe(true);
    for (const other of ["", "I", "ie", "IRL", "xIE", "IEx", "I1"]) {
      expect(countrySchema.safeParse(other).success).toBe(false);
    }
  });
});

const fees = (fee: object, rest: object = {}) => ({ country: "IE", fees: { "same-region": fee }, ...rest });
const tiered = (...tiers: { from: number; basisPoints: number }[]) => fees({ basisPoints: 300, tiers });

describe("a fee table", () => {
  it.each([
    ["no share", fees({ basisPoints: 0 }), true],
    ["less than none", fees({ basisPoints: -1 }), false],
    ["everything", fees({ basisPoints: 10_000 }), true],
    ["more than everything", fees({ basisPoints: 10_001 }), false],
    ["a fixed part below zero", fees({ basisPoints: 1, fixed: -1 }), false],
    ["a fixed part of half a unit", fees({ basisPoints: 1, fixed: 0.5 }), false],
    ["tiers that fall", tiered({ from: 1, basisPoints: 200 }, { from: 2, basisPoints: 100 }), true],
    ["tiers that stay", tiered({ from: 1, basisPoints: 200 }, { from: 2, basisPoints: 200 }), true],
    ["tiers that rise", tiered({ from: 1, basisPoints: 200 }, { from: 2, basisPoints: 201 }), false],
    ["two tiers of one number", tiered({ from: 2, basisPoints: 200 }, { from: 2, basisPoints: 100 }), false],
    ["tiers out of order", tiered({ from: 2, basisPoints: 200 }, { from: 1, basisPoints: 100 }), false],
    ["a tier from nothing", tiered({ from: 0, basisPoints: 200 }), false],
    ["a tier below nothing", tiered({ from: 1, basisPoints: -1 }), false],
    ["a tier of more than everything", tiered({ from: 1, basisPoints: 10_001 }), false],
    ["a weekend that costs more", fees({ basisPoints: 1 }, { weekendBasisPoints: 1_000 }), true],
    ["a weekend that costs too much", fees({ basisPoints: 1 }, { weekendBasisPoints: 1_001 }), false],
    ["a weekend that costs less", fees({ basisPoints: 1 }, { weekendBasisPoints: -1 }), false],
    ["no country", fees({ basisPoints: 1 }, { country: "Ireland IE" }), false],
    ["more than a country", fees({ basisPoints: 1 }, { country: "IE Ireland" }), false],
    ["a country in small letters", fees({ basisPoints: 1 }, { country: "ie" }), false],
  ])("with %s is taken: %o %s", (_what, table, taken) => {
    expect(feeTableSchema.safeParse(table).success).toBe(taken);
  });

  it("leaves out what is nothing, and says what is wrong with its tiers", () => {
    expect(feeTableSchema.parse(fees({ basisPoints: 5 }))).toStrictEqual({
      country: "IE",
      fees: { "same-region": { basisPoints: 5, fixed: 0, tiers: [] } },
      weekendBasisPoints: 0,
    });
    const wrong = feeTableSchema.safeParse(tiered({ from: 2, basisPoints: 1 }, { from: 1, basisPoints: 1 }));
    expect(wrong.error?.issues).toMatchObject([
      { message: "must ascend in number and must not get dearer", path: ["fees", "same-region", "tiers"] },
    ]);
  });

  it("has a row for every distance: its own, or the nearest shorter one", () => {
    const same = { basisPoints: 1, fixed: 0, tiers: [] };
    const region = { basisPoints: 2, fixed: 0, tiers: [] };
    const table = {
      country: "IE",
      weekendBasisPoints: 0,
      fees: { "same-region": same, "cross-region": region },
    };
    expect(feeFor(table, "same-region")).toBe(same);
    expect(feeFor(table, "cross-region")).toBe(region);
    expect(feeFor(table, "cross-border")).toBe(region);
  });

  it("lowers its share from a tier's number on, to the last tier that is reached", () => {
    const table = feeTableSchema.parse(
      tiered({ from: 10, basisPoints: 200 }, { from: 20, basisPoints: 100 }),
    );
    const cost = (monthly: number) =>
      costOf(table, { value: 10_000, distance: "same-region", at: MONDAY, monthly });
    expect([0, 9, 10, 19, 20, 99].map(cost)).toEqual([300, 300, 200, 200, 100, 100]);
  });
});

const candidate = (rest: Partial<Candidate> = {}): Candidate => ({
  channel: "stripe",
  fees: feeTableSchema.parse(fees({ basisPoints: 290, fixed: 30 })),
  monthly: 0,
  observed: nothingObserved,
  ...rest,
});

describe("an assessment", () => {
  it("has a score of three weighted parts, to six places", () => {
    const seconds = speedOf(nothingObserved, "cross-region", false);
    const safety = safetyOf(nothingObserved, "cross-region", seconds);
    const six = (value: number) => Math.round(value * 1e6) / 1e6;
    const ranked = assess({ value: 10_000, country: "FR", at: MONDAY }, candidate(), {
      cost: 2,
      speed: 3,
      safety: 5,
    });
    const parts = {
      cost: 6.4,
      speed: six(3 * Math.log10(1 + seconds)),
      safety: six(500 * (1 - safety)),
    };
    expect(ranked).toStrictEqual({
      channel: "stripe",
      distance: "cross-region",
      cost: 320,
      seconds: 90,
      safety: six(safety),
      score: six(parts.cost + parts.speed + parts.safety),
      parts,
    });
    expect(six(safety)).toBeCloseTo(0.878, 3);
  });

  it("is of the channel's own country where none is known", () => {
    expect(distanceOf({ value: 1, at: MONDAY }, candidate())).toBe("same-region");
    expect(distanceOf({ value: 1, at: MONDAY, country: "US" }, candidate())).toBe("cross-border");
  });

  it("weighs by positive numbers", () => {
    expect(weightsSchema.parse(DEFAULT_WEIGHTS)).toEqual({ cost: 1, speed: 0.5, safety: 0.4 });
    for (const part of ["cost", "speed", "safety"]) {
      expect(weightsSchema.safeParse({ ...DEFAULT_WEIGHTS, [part]: 0 }).success).toBe(false);
      expect(weightsSchema.safeParse({ ...DEFAULT_WEIGHTS, [part]: undefined }).success).toBe(false);
    }
  });
});

describe("the order", () => {
  const question = { value: 10_000, country: "IE", at: MONDAY };
  const names = (...all: Candidate[]) => rank(question, all).map(({ channel }) => channel);

  it("of equal scores is by name, in whatever order they came", () => {
    const [a, b, c] = ["a", "b", "c"].map((channel) => candidate({ channel }));
    if (a === undefined || b === undefined || c === undefined) throw new Error("three candidates");
    for (const order of [
      [a, b, c],
      [c, b, a],
      [b, a, c],
      [b, c, a],
      [c, a, b],
    ]) {
      expect(names(...order)).toEqual(["a", "b", "c"]);
    }
    expect(names(b, { ...b, monthly: 1 }, a)).toEqual(["a", "b", "b"]);
  });

  it("is by score before the name", () => {
    const dear = candidate({ channel: "a", fees: feeTableSchema.parse(fees({ basisPoints: 500 })) });
    expect(names(dear, candidate({ channel: "z" }))).toEqual(["z", "a"]);
    expect(names(candidate({ channel: "z" }), dear)).toEqual(["z", "a"]);
  });

  it("of equal scores is by cost before the name", () => {
    // One unit of cost is too little to show in six places of a score of so large an amount.
    const large = { value: 1_000_000_000, country: "IE", at: MONDAY };
    const [cheap, dear] = [
      candidate({ channel: "z", fees: feeTableSchema.parse(fees({ basisPoints: 1, fixed: 1 })) }),
      candidate({ channel: "a", fees: feeTableSchema.parse(fees({ basisPoints: 1, fixed: 2 })) }),
    ];
    for (const order of [
      [cheap, dear],
      [dear, cheap],
    ]) {
      const ranked = rank(large, order);
      expect(new Set(ranked.map(({ score }) => score)).size).toBe(1);
      expect(ranked.map(({ channel }) => channel)).toEqual(["z", "a"]);
    }
  });
});

describe("an explanation", () => {
  const ranked: Ranked = {
    ...{ channel: "c", distance: "same-region", cost: 59, seconds: 42, safety: 0.9125, score: 1 },
    parts: { cost: 1, speed: 0, safety: 0 },
  };

  it.each([
    ["same-region", "within one country"],
    ["cross-region", "within one economic area"],
    ["cross-border", "across borders"],
  ] as const)("says how far it goes: %s", (distance, where) => {
    expect(explain({ ...ranked, distance }, 1_000, "PayPal")).toBe(
      `PayPal takes 5.90 % of this amount ${where}, is expected to settle in 42 s, ` +
        "and pays and stays paid in 91.3 of 100 cases.",
    );
  });
});
