import { describe, expect, it } from "vitest";
import { loadStage, stageNames } from "../../../../infra/config.ts";
import { DAY } from "../../../../shared/platform/clock.ts";
import { limitShareOf } from "../../../../shared/risk/levels.ts";
import { riskSettingsSchema } from "../../../../shared/risk/settings.ts";
import { NOON } from "../../../builders/book.ts";
import { calmRisk } from "../../../builders/risk.ts";

const levels = [
  { minAgeDays: 0, consents: [], sharePercent: 10 },
  { minAgeDays: 0, consents: ["terms" as const], sharePercent: 40 },
  { minAgeDays: 7, consents: ["terms" as const, "marketing" as const], sharePercent: 100 },
];

describe("the share of the limits", () => {
  it.each([
    ["a stranger to the terms", 0, [], 10],
    ["a new person", 0, ["terms"], 40],
    ["a person of almost seven days", 7 * DAY - 1, ["terms", "marketing"], 40],
    ["a person of seven days", 7 * DAY, ["terms", "marketing"], 100],
    ["an old account that lacks a consent", 99 * DAY, ["terms"], 40],
    ["an old account that withdrew all", 99 * DAY, [], 10],
  ] as const)("of %s is that of the last level they reach", (_, age, consents, share) => {
    expect(limitShareOf(levels, { openedAt: NOON - age, consents }, NOON)).toBe(share);
  });
});

describe("the settings of risk", () => {
  it("fit in every stage", () => {
    for (const name of stageNames) expect(loadStage(name).settings.risk.levels.length).toBeGreaterThan(0);
  });

  it.each([
    ["no level", { levels: [] }],
    ["a first level that is not everybody's", { levels: [{ minAgeDays: 1, consents: [], sharePercent: 1 }] }],
    ["levels that shrink", { levels: [levels[0], { minAgeDays: 1, consents: [], sharePercent: 9 }] }],
    ["levels out of order", { levels: [levels[0], levels[2], { ...levels[1], sharePercent: 100 }] }],
    ["a consent that is none", { levels: [{ minAgeDays: 0, consents: ["x"], sharePercent: 1 }] }],
    ["more signs than are remembered", { rules: { "failed-payments": { count: 61, withinMinutes: 60 } } }],
    ["a longer time than is remembered", { rules: { "new-payees": { count: 2, withinMinutes: 1441 } } }],
    ["an unknown rule", { rules: { other: {} } }],
    ["a threshold in no currency", { stepUp: { above: { XXX: 1 } } }],
  ])("are refused with %s", (_, change) => {
    expect(riskSettingsSchema.safeParse({ ...calmRisk, ...change }).success).toBe(false);
  });
});
