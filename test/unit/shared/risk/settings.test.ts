/** The settings of risk: what is taken, what is refused, and what is said of it. */
import { describe, expect, it } from "vitest";
import { limitShareOf } from "../../../../shared/risk/levels.ts";
import { riskConfig, riskSettingsSchema } from "../../../../shared/risk/settings.ts";
import { NOON } from "../../../builders/book.ts";
import { calmRisk } from "../../../builders/risk.ts";

const everybody = { minAgeDays: 0, consents: [], sharePercent: 10 };
const faults = (change: object): readonly string[] =>
  (riskSettingsSchema.safeParse({ ...calmRisk, ...change }).error?.issues ?? []).map(
    ({ message }) => message,
  );

describe("levels", () => {
  it("may stay the same from one to the next, and must not shrink", () => {
    expect(faults({ levels: [everybody, { ...everybody, consents: ["terms"] }] })).toEqual([]);
    expect(faults({ levels: [everybody, { ...everybody, sharePercent: 9 }] })).toEqual([
      "must not shrink from level to level",
    ]);
    expect(
      faults({ levels: [everybody, { ...everybody, minAgeDays: 2 }, { ...everybody, minAgeDays: 1 }] }),
    ).toEqual(["must not shrink from level to level"]);
  });

  it("begin with everybody's", () => {
    const first = "must begin with everybody's";
    expect(faults({ levels: [{ ...everybody, consents: ["terms"] }] })).toEqual([first]);
    expect(faults({ levels: [{ ...everybody, minAgeDays: 1 }] })).toEqual([first]);
  });

  it("leave who reaches none without any share", () => {
    const levels = [{ minAgeDays: 1, consents: [], sharePercent: 50 }];
    expect(limitShareOf(levels, { openedAt: NOON, consents: [] }, NOON)).toBe(0);
    expect(limitShareOf([], { openedAt: NOON, consents: [] }, NOON)).toBe(0);
  });

  it("count by the last that is reached, past one that is not", () => {
    const levels = [
      { minAgeDays: 0, consents: [], sharePercent: 10 },
      { minAgeDays: 0, consents: ["marketing" as const], sharePercent: 20 },
      { minAgeDays: 0, consents: ["terms" as const], sharePercent: 30 },
    ];
    expect(limitShareOf(levels, { openedAt: NOON, consents: ["terms"] }, NOON)).toBe(30);
    expect(limitShareOf(levels, { openedAt: NOON, consents: ["marketing"] }, NOON)).toBe(20);
  });
});

describe("thresholds", () => {
  it("are given out as they were given, by currency", () => {
    const parsed = riskSettingsSchema.parse({ ...calmRisk, stepUp: { above: { USD: 1, JPY: 500 } } });
    expect(parsed.stepUp.above).toStrictEqual({ USD: 1, JPY: 500 });
    expect(faults({ stepUp: { above: { USD: 0 } } })).toHaveLength(1);
  });

  it("are of currencies that there are", () => {
    const parsed = riskSettingsSchema.safeParse({ ...calmRisk, stepUp: { above: { XXX: 1 } } });
    expect(JSON.stringify(parsed.error?.issues)).toContain("is not a currency");
  });
});

describe("numbers", () => {
  const payees = (change: object) => ({
    rules: { "new-payees": { count: 2, withinMinutes: 1, ...change } },
  });
  const through = (change: object) => ({
    rules: { "pass-through": { count: 2, withinMinutes: 1, percent: 50, youngerThanDays: 1, ...change } },
  });

  it.each([
    ["signs", payees({}), payees({ count: 1 })],
    ["signs", payees({ count: 60 }), payees({ count: 61 })],
    ["minutes", payees({ withinMinutes: 1 }), payees({ withinMinutes: 0 })],
    ["minutes", payees({ withinMinutes: 1_440 }), payees({ withinMinutes: 1_441 })],
    ["percent", through({}), through({ percent: 49 })],
    ["percent", through({ percent: 100 }), through({ percent: 101 })],
    ["days", through({ youngerThanDays: 1 }), through({ youngerThanDays: 0 })],
    ["hours", { freezeHours: 1 }, { freezeHours: 0 }],
    ["hours", { freezeHours: 720 }, { freezeHours: 721 }],
    [
      "percent of the limits",
      { levels: [{ ...everybody, sharePercent: 0 }] },
      { levels: [{ ...everybody, sharePercent: -1 }] },
    ],
    [
      "percent of the limits",
      { levels: [{ ...everybody, sharePercent: 100 }] },
      { levels: [{ ...everybody, sharePercent: 101 }] },
    ],
  ])("of %s have an edge", (_what, inside, outside) => {
    expect(faults(inside)).toEqual([]);
    expect(faults(outside)).toHaveLength(1);
  });
});

it("the settings are a variable that holds JSON", () => {
  expect(riskConfig.RISK.parse(JSON.stringify(calmRisk))).toEqual(calmRisk);
});
