import { describe, expect, it } from "vitest";
import { dayAt, movementsOfDay } from "../../../../../local/channels/kit/statement.ts";
import type { StatementFault } from "../../../../../local/channels/simulator.ts";

const INDIA = 330;
const movements = [
  { id: "a", atMs: Date.parse("2026-11-21T18:29:59Z"), amount: 100, fee: 2 },
  { id: "b", atMs: Date.parse("2026-11-21T18:30:00Z"), amount: 200, fee: 4 },
];
const lines = (day: string, ...faults: StatementFault[]) =>
  movementsOfDay(movements, day, faults, {
    utcOffsetMinutes: INDIA,
    extra: ({ id, amount }) => ({ id, atMs: 0, amount, fee: 0 }),
  });

describe("the lines of a day", () => {
  it("are those of the provider's own day", () => {
    expect(dayAt(movements[1]?.atMs ?? 0, INDIA)).toBe("2026-11-22");
    expect(lines("2026-11-21")).toEqual([movements[0]]);
    expect(lines("2026-11-22")).toEqual([movements[1]]);
  });

  it("lack what was ordered to be missing, and carry what never happened", () => {
    expect(lines("2026-11-22", { fault: "missing", id: "b" })).toEqual([]);
    expect(lines("2026-11-22", { fault: "extra", day: "2026-11-22", amount: 7 })).toEqual([
      movements[1],
      { id: "EXTRA202611220", atMs: 0, amount: 7, fee: 0 },
    ]);
  });

  it("are printed late, with their own time", () => {
    const late: StatementFault = { fault: "late", id: "a", days: 2 };
    expect(lines("2026-11-21", late)).toEqual([]);
    expect(lines("2026-11-23", late)).toEqual([movements[0]]);
  });

  it("are off in amount or fee by what was ordered", () => {
    const spoiled = lines(
      "2026-11-22",
      { fault: "amount", id: "b", by: -1 },
      { fault: "fee", id: "b", by: 3 },
    );
    expect(spoiled).toEqual([{ ...movements[1], amount: 199, fee: 7 }]);
  });
});
