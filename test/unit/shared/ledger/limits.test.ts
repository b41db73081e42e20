import { describe, expect, it } from "vitest";
import {
  countOutflow,
  dayOf,
  limitsSchema,
  monthOf,
  outflowAt,
  uncountOutflow,
} from "../../../../shared/ledger/limits.ts";
import { DAY } from "../../../../shared/platform/clock.ts";
import { NOON } from "../../../builders/book.ts";

const limits = { perTransfer: 100, perDay: 250, perMonth: 400 };
const outflow = { day: "2026-11-22", dayTotal: 200, month: "2026-11", monthTotal: 300 };

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
});

describe("periods", () => {
  it("are days and months of UTC", () => {
    const newYear = Date.parse("2027-01-01T00:00:00Z");
    expect([dayOf(newYear - 1), monthOf(newYear - 1)]).toEqual(["2026-12-31", "2026-12"]);
    expect([dayOf(newYear), monthOf(newYear)]).toEqual(["2027-01-01", "2027-01"]);
  });

  it("begin at zero, each for itself", () => {
    expect(outflowAt(outflow, NOON)).toEqual(outflow);
    expect(outflowAt(outflow, NOON + DAY)).toEqual({ ...outflow, day: "2026-11-23", dayTotal: 0 });
    expect(outflowAt(outflow, NOON + 10 * DAY)).toEqual({
      day: "2026-12-02",
      dayTotal: 0,
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
    expect(countOutflow(outflow, 50, limits)).toEqual({
      ok: true,
      value: { ...outflow, dayTotal: 250, monthTotal: 350 },
    });
    expect(countOutflow({ ...outflow, dayTotal: 0 }, 100, limits)).toEqual({
      ok: true,
      value: { ...outflow, dayTotal: 100, monthTotal: 400 },
    });
  });

  it("is refused one above a limit, with what remains under it", () => {
    expect(countOutflow(outflow, 101, limits)).toEqual(refused("transfer", 100));
    expect(countOutflow(outflow, 51, limits)).toEqual(refused("day", 50));
    expect(countOutflow({ ...outflow, dayTotal: 0, monthTotal: 301 }, 100, limits)).toEqual(
      refused("month", 99),
    );
  });

  it("leaves nothing, not less, under a limit that was lowered since", () => {
    expect(countOutflow(outflow, 1, { ...limits, perDay: 150 })).toEqual(refused("day", 0));
  });
});

describe("what did not leave after all", () => {
  it("is taken back from the periods in which it was counted, while they run", () => {
    expect(uncountOutflow(outflow, 30, NOON)).toEqual({ ...outflow, dayTotal: 170, monthTotal: 270 });
    expect(uncountOutflow(outflow, 30, NOON - DAY)).toEqual({ ...outflow, monthTotal: 270 });
    expect(uncountOutflow(outflow, 30, NOON - 30 * DAY)).toEqual(outflow);
  });

  it("is never more than what was counted", () => {
    expect(uncountOutflow(outflow, 250, NOON)).toEqual({ ...outflow, dayTotal: 0, monthTotal: 50 });
    expect(uncountOutflow(outflow, 350, NOON)).toEqual({ ...outflow, dayTotal: 0, monthTotal: 0 });
  });
});
