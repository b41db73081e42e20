/** Findings in detail: what counts for a rule, what does not, and from when on. */
import { describe, expect, it } from "vitest";
import { MINUTE } from "../../../../shared/platform/clock.ts";
import { findAnomalies, reasonOf, riskReasons } from "../../../../shared/risk/rules.ts";
import { EMPTY_WATCH, type Movement, type Watch } from "../../../../shared/risk/watch.ts";
import { NOON } from "../../../builders/book.ts";
import { usd } from "../../../builders/usd.ts";

const newPayees = { "new-payees": { count: 3, withinMinutes: 60 } };
const passThrough = { "pass-through": { count: 2, withinMinutes: 30, percent: 100, youngerThanDays: 30 } };
const failed = { "failed-payments": { count: 3, withinMinutes: 10 } };

const at = (minutes: number): number => NOON + minutes * MINUTE;
const movement = (
  kind: Movement["kind"],
  minutes: number,
  value = 100,
  currency: Movement["currency"] = "USD",
): Movement => ({ eventId: `${kind} ${minutes}`, at: at(minutes), kind, currency, value });
const watchOf = (...movements: Movement[]): Watch => ({ ...EMPTY_WATCH, movements });
const paidFirst = (...minutes: number[]): Watch => ({
  ...EMPTY_WATCH,
  payees: Object.fromEntries(minutes.map((minute, number) => [`person ${number}`, at(minute)])),
});

it("a reason names its rule", () => {
  expect(reasonOf("new-payees")).toBe("risk:new-payees");
  expect(riskReasons).toEqual(["risk:new-payees", "risk:pass-through", "risk:failed-payments"]);
});

it("rules that are off find nothing in whatever there is", () => {
  const all = {
    ...watchOf(movement("in", 0), movement("out", 1), movement("failed", 2)),
    ...paidFirst(0, 1, 2),
  };
  expect(findAnomalies({ ...all, movements: [] }, {})).toEqual([]);
  expect(
    findAnomalies(watchOf(movement("failed", 0), movement("failed", 1), movement("failed", 2)), {}),
  ).toEqual([]);
  expect(findAnomalies(all, failed)).toEqual([]);
});

describe("new payees", () => {
  it("count by the time of their first payment, however they are kept", () => {
    expect(findAnomalies(paidFirst(50, 0, 20), newPayees)).toEqual([
      { rule: "new-payees", count: 3, from: at(0), to: at(50), sums: [] },
    ]);
    expect(findAnomalies(paidFirst(90, 0, 20), newPayees)).toEqual([]);
  });

  it("count no more once they were judged", () => {
    const judged = { "new-payees": at(0) };
    expect(findAnomalies(paidFirst(0, 10, 20), newPayees, judged)).toEqual([]);
    expect(findAnomalies(paidFirst(0, 10, 20, 30), newPayees, judged)).toMatchObject([
      { count: 3, from: at(10) },
    ]);
    expect(findAnomalies(paidFirst(0, 10, 20), newPayees, { "pass-through": at(99) })).toHaveLength(1);
  });

  it("that came long before are no part of the crowd", () => {
    expect(findAnomalies(paidFirst(-90, 0, 10, 20, 200), newPayees)).toEqual([
      { rule: "new-payees", count: 4, from: at(0), to: at(200), sums: [] },
    ]);
  });
});

describe("money that passes through", () => {
  it("is of one currency", () => {
    const euro = (minutes: number) => movement("out", minutes, 100, "EUR");
    expect(
      findAnomalies(watchOf(movement("in", 0), euro(1), movement("in", 2), euro(3)), passThrough),
    ).toEqual([]);
    const found = findAnomalies(
      watchOf(
        movement("in", 0),
        movement("in", 1, 300, "EUR"),
        movement("out", 2),
        movement("out", 3, 300, "EUR"),
      ),
      passThrough,
    );
    expect(found).toMatchObject([{ count: 2, sums: [usd(100), { value: 300, currency: "EUR" }] }]);
  });

  it("counts a sum once, whatever goes out after it", () => {
    const once = watchOf(movement("in", 0), movement("out", 1), movement("out", 2), movement("out", 3));
    expect(findAnomalies(once, passThrough)).toEqual([]);
  });

  it("adds up its sums by currency", () => {
    const twice = watchOf(
      movement("in", 0),
      movement("out", 1),
      movement("in", 2, 70),
      movement("out", 3, 70),
    );
    expect(findAnomalies(twice, passThrough)).toEqual([
      { rule: "pass-through", count: 2, from: at(1), to: at(3), sums: [usd(170)] },
    ]);
  });

  it("counts no more once it was judged", () => {
    const twice = watchOf(movement("in", 0), movement("out", 1), movement("in", 2), movement("out", 3));
    expect(findAnomalies(twice, passThrough, { "pass-through": at(0) })).toEqual([]);
    expect(findAnomalies(twice, passThrough, { "pass-through": at(0) - 1 })).toHaveLength(1);
  });
});

describe("failed payments", () => {
  it("are counted from the first of the crowd on, with what was tried", () => {
    const watch = watchOf(
      movement("failed", 0, 1),
      movement("in", 1, 1_000),
      movement("failed", 20, 2),
      movement("failed", 25, 4, "EUR"),
      movement("failed", 30, 8),
      movement("failed", 90, 16),
    );
    expect(findAnomalies(watch, failed)).toEqual([
      {
        rule: "failed-payments",
        count: 4,
        from: at(20),
        to: at(90),
        sums: [usd(26), { value: 4, currency: "EUR" }],
      },
    ]);
  });
});
