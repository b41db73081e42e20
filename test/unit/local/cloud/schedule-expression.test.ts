import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSchedule } from "../../../../local/cloud/schedule-expression.ts";

const at = (text: string): number => Date.parse(text);
const next = (expression: string, after: string): string | undefined => {
  const time = parseSchedule(expression).next(at(after), at(after));
  return time === undefined ? undefined : new Date(time).toISOString();
};

describe("cron", () => {
  it.each([
    ["cron(30 3 * * ? *)", "2026-11-22T03:29:59Z", "2026-11-22T03:30:00.000Z"],
    ["cron(30 3 * * ? *)", "2026-11-22T03:30:00Z", "2026-11-23T03:30:00.000Z"],
    ["cron(0/15 * * * ? *)", "2026-01-01T10:16:00Z", "2026-01-01T10:30:00.000Z"],
    ["cron(5,35 8-9 * * ? *)", "2026-01-01T08:40:00Z", "2026-01-01T09:05:00.000Z"],
    ["cron(0 12 ? * MON-FRI *)", "2026-11-21T00:00:00Z", "2026-11-23T12:00:00.000Z"],
    ["cron(0 0 ? * 1 *)", "2026-11-21T00:00:00Z", "2026-11-22T00:00:00.000Z"],
    ["cron(0 0 L * ? *)", "2026-02-01T00:00:00Z", "2026-02-28T00:00:00.000Z"],
    ["cron(0 0 29 2 ? *)", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00.000Z"],
    ["cron(0 0 1 JAN,JUL ? *)", "2026-02-01T00:00:00Z", "2026-07-01T00:00:00.000Z"],
    ["cron(0 0 1 1 ? 2030)", "2026-02-01T00:00:00Z", "2030-01-01T00:00:00.000Z"],
    ["cron(0 0 1 1 ? 2020)", "2026-02-01T00:00:00Z", undefined],
  ])("%s after %s fires at %s", (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  it("fires at a minute of its own and later than asked, for every daily time", () => {
    const minute = fc.integer({ min: 0, max: 59 });
    const hour = fc.integer({ min: 0, max: 23 });
    const after = fc.integer({ min: at("2026-01-01"), max: at("2030-01-01") });
    fc.assert(
      fc.property(minute, hour, after, (m, h, afterMs) => {
        const time = parseSchedule(`cron(${m} ${h} * * ? *)`).next(afterMs, afterMs) ?? 0;
        expect(time).toBeGreaterThan(afterMs);
        expect(time - afterMs).toBeLessThanOrEqual(86_400_000);
        expect([new Date(time).getUTCHours(), new Date(time).getUTCMinutes()]).toEqual([h, m]);
      }),
    );
  });
});

describe("rate and at", () => {
  it("counts a rate from its last run", () => {
    const rate = parseSchedule("rate(5 minutes)");
    expect(rate.next(1_000, 0)).toBe(300_000);
    expect(rate.next(300_000, 300_000)).toBe(600_000);
    expect(rate.next(3_600_000 + 1, 0)).toBe(3_900_000);
  });

  it("fires once at a time", () => {
    expect(next("at(2026-11-22T10:00:00)", "2026-11-22T09:00:00Z")).toBe("2026-11-22T10:00:00.000Z");
    expect(next("at(2026-11-22T10:00:00)", "2026-11-22T10:00:00Z")).toBeUndefined();
  });
});

describe("what is refused", () => {
  it.each([
    ["every minute"],
    ["rate(1 minutes)"],
    ["rate(2 minute)"],
    ["rate(0 minutes)"],
    ["cron(0 0 * * *)"],
    ["cron(0 0 * * * *)"],
    ["cron(0 0 ? * ? *)"],
    ["cron(61 0 * * ? *)"],
    ["cron(0 0 ? * 2#1 *)"],
    ["at(tomorrow)"],
  ])("%s", (expression) => {
    expect(() => parseSchedule(expression)).toThrow(`Schedule ${expression}`);
  });
});
