import { describe, expect, it } from "vitest";
import {
  countOutflow,
  dayOf,
  hourOf,
  limitsSchema,
  monthOf,
  outflowAt,
  shareOfLimits,
  uncountOutflow,
} from "../../../../shared/ledger/limits.ts";
import { DAY, HOUR, MINUTE } from "../../../../shared/platform/clock.ts";
import { NOON } from "../../../builders/book.ts";

const limits = { perTransfer: 100, perDay: 250, perMonth: 400 };
const outflow = {
  hour: "2026-11-22T12",
  hourCount: 2,
  day: "2026-11-22",
  dayTotal: 200,
  dayCount: 3,
  month: "2026-11",
  monthTotal: 300,
};

describe("limits from configuration", () => {
  it("are taken as they are", () => {
    expect(limitsSchema.parse({ USD: limits, JPY: limits })).toEqual({ USD: limits, JPY: limits });
    expect(limitsSchema.parse({ USD: { perTransfer: 1, perDay: 1, perMonth: 1 } })).toEqual({
      USD: { perTransfer: 1, perDay: 1, perMonth: 1 },
    });
  });

  it("are refused for a currency that is none", () => {
    expect(limitsSchema.safeParse({ XXX: limits }).error?.message).toContain("is not a currency");
  });

  it("are refused when one is missing, below one minor unit or a fraction", () => {
    for (const name of ["perTransfer", "perDay", "perMonth"])
      for (const value of [undefined, 0, 1.5])
        expect(limitsSchema.safeParse({ USD: { ...limits, [name]: value } }).success).toBe(false);
  });

  it("may count movements too, at least one", () => {
    const counting = { ...limits, perHourCount: 3, perDayCount: 9 };
    expect(limitsSchema.parse({ USD: counting })).toEqual({ USD: counting });
    for (const name of ["perHourCount", "perDayCount"])
      for (const value of [0, 1.5])
        expect(limitsSchema.safeParse({ USD: { ...counting, [name]: value } }).success).toBe(false);
  });
});

describe("a share of the limits", () => {
  it("is of every amount, rounded down, and of no count", () => {
    const counting = { perTransfer: 101, perDay: 250, perMonth: 399, perHourCount: 3, perDayCount: 9 };
    expect(shareOfLimits(counting, 50)).toEqual({ ...counting, perTransfer: 50, perDay: 125, perMonth: 199 });
    expect(shareOfLimits(limits, 100)).toEqual(limits);
    expect(shareOfLimits(limits, 0)).toEqual({ perTransfer: 0, perDay: 0, perMonth: 0 });
  });
});

describe("periods", () => {
  it("are hours, days and months of UTC", () => {
    const newYear = Date.parse("2027-01-01T00:00:00Z");
    expect([dayOf(newYear - 1), monthOf(newYear - 1)]).toEqual(["2026-12-31", "2026-12"]);
    expect([dayOf(newYear), monthOf(newYear)]).toEqual(["2027-01-01", "2027-01"]);
    expect([hourOf(newYear - 1), hourOf(newYear)]).toEqual(["2026-12-31T23", "2027-01-01T00"]);
  });

  it("begin at zero, each for itself", () => {
    expect(outflowAt(outflow, NOON)).toEqual(outflow);
    expect(outflowAt(outflow, NOON + HOUR)).toEqual({ ...outflow, hour: "2026-11-22T13", hourCount: 0 });
    expect(outflowAt(outflow, NOON + DAY)).toEqual({
      ...outflow,
      hour: "2026-11-23T12",
      hourCount: 0,
      day: "2026-11-23",
      dayTotal: 0,
      dayCount: 0,
    });
    expect(outflowAt(outflow, NOON + 10 * DAY)).toEqual({
      hour: "2026-12-02T12",
      hourCount: 0,
      day: "2026-12-02",
      dayTotal: 0,
      dayCount: 0,
      month: "2026-12",
      monthTotal: 0,
    });
  });
});

describe("what leaves", () => {
  const refused = (limit: string, remaining: number) => ({
    ok: false,
    error: { code: "limit-exceeded", limit, remaining },
  });

  it("is counted for the day and the month, up to the very limit", () => {
    const counts = { hourCount: 3, dayCount: 4 };
    expect(countOutflow(outflow, 50, limits, NOON)).toEqual({
      ok: true,
      value: { ...outflow, ...counts, dayTotal: 250, monthTotal: 350 },
    });
    expect(countOutflow({ ...outflow, dayTotal: 0 }, 100, limits, NOON)).toEqual({
      ok: true,
      value: { ...outflow, ...counts, dayTotal: 100, monthTotal: 400 },
    });
  });

  it("is refused one above a limit, with what remains under it", () => {
    expect(countOutflow(outflow, 101, limits, NOON)).toEqual(refused("transfer", 100));
    expect(countOutflow(outflow, 51, limits, NOON)).toEqual(refused("day", 50));
    expect(countOutflow({ ...outflow, dayTotal: 0, monthTotal: 301 }, 100, limits, NOON)).toEqual(
      refused("month", 99),
    );
  });

  it("leaves nothing, not less, under a limit that was lowered since", () => {
    expect(countOutflow(outflow, 1, { ...limits, perDay: 150 }, NOON)).toEqual(refused("day", 0));
  });
});

describe("how often something leaves", () => {
  const counting = { ...limits, perHourCount: 3, perDayCount: 4 };
  const tooOften = (period: string, allowed: number, waitMs: number) => ({
    ok: false,
    error: { code: "velocity-exceeded", period, allowed, waitMs },
  });

  it("is counted up to the very limit, in the hour and on the day", () => {
    const third = countOutflow(outflow, 1, counting, NOON);
    expect(third).toMatchObject({ ok: true, value: { hourCount: 3, dayCount: 4 } });
    const late = NOON + 50 * MINUTE;
    expect(countOutflow({ ...outflow, hourCount: 3 }, 1, counting, late)).toEqual(
      tooOften("hour", 3, 10 * MINUTE),
    );
    expect(countOutflow({ ...outflow, dayCount: 4 }, 1, counting, NOON + 1)).toEqual(
      tooOften("day", 4, 12 * HOUR - 1),
    );
  });

  it("tells of the longer wait when both are used up, and of the amount before either", () => {
    const spent = { ...outflow, hourCount: 3, dayCount: 4 };
    expect(countOutflow(spent, 1, counting, NOON)).toEqual(tooOften("day", 4, 12 * HOUR));
    expect(countOutflow(spent, 101, counting, NOON)).toMatchObject({ error: { code: "limit-exceeded" } });
  });
});

describe("what did not leave after all", () => {
  it("is taken back from the periods in which it was counted, while they run", () => {
    expect(uncountOutflow(outflow, 30, NOON, false)).toEqual({ ...outflow, dayTotal: 170, monthTotal: 270 });
    expect(uncountOutflow(outflow, 30, NOON - DAY, false)).toEqual({ ...outflow, monthTotal: 270 });
    expect(uncountOutflow(outflow, 30, NOON - 30 * DAY, false)).toEqual(outflow);
  });

  it("is not a movement any more when all of it came back", () => {
    const back = { ...outflow, dayTotal: 170, monthTotal: 270 };
    expect(uncountOutflow(outflow, 30, NOON, true)).toEqual({ ...back, hourCount: 1, dayCount: 2 });
    expect(uncountOutflow(outflow, 30, NOON - HOUR, true)).toEqual({ ...back, dayCount: 2 });
    expect(uncountOutflow(outflow, 30, NOON - DAY, true)).toEqual({ ...outflow, monthTotal: 270 });
  });

  it("is never more than what was counted", () => {
    const none = { ...outflow, hourCount: 0, dayCount: 0 };
    expect(uncountOutflow(none, 250, NOON, true)).toEqual({ ...none, dayTotal: 0, monthTotal: 50 });
    expect(uncountOutflow(none, 350, NOON, true)).toEqual({ ...none, dayTotal: 0, monthTotal: 0 });
  });
});
