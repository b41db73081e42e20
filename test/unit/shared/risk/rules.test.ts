import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../../../shared/platform/clock.ts";
import { type AccountId, derivedId, derivedTimedId } from "../../../../shared/platform/ids.ts";
import { isOfInterest, type Observation, observed } from "../../../../shared/risk/observe.ts";
import { findAnomalies } from "../../../../shared/risk/rules.ts";
import type { RuleSettings } from "../../../../shared/risk/settings.ts";
import {
  EMPTY_WATCH,
  KEEP_MS,
  MAX_MOVEMENTS,
  MAX_PAYEES,
  type Watch,
} from "../../../../shared/risk/watch.ts";
import { NOON } from "../../../builders/book.ts";
import { usd } from "../../../builders/usd.ts";

const rules: RuleSettings = {
  "new-payees": { count: 3, withinMinutes: 60 },
  "pass-through": { count: 2, withinMinutes: 30, percent: 90, youngerThanDays: 30 },
  "failed-payments": { count: 3, withinMinutes: 60 },
};
const ada = derivedTimedId("account", NOON - DAY, "ada");
const old = derivedTimedId("account", NOON - 30 * DAY, "old");
const person = (name: string): AccountId => derivedId("account", name);

let events = 0;
const seen = (kind: Observation["kind"], minutes: number, value = 1000, payee?: AccountId): Observation => {
  events += 1;
  const base = { eventId: `evt_${events}`, at: NOON + minutes * MINUTE, kind, amount: usd(value) };
  return payee === undefined ? base : { ...base, payee };
};
const paid = (minutes: number, value: number, name = "ben") => seen("out", minutes, value, person(name));
const watchOf = (observations: readonly Observation[], of: AccountId = ada): Watch =>
  observations.reduce((watch, observation) => observed(watch, of, observation, rules), EMPTY_WATCH);
const found = (observations: readonly Observation[], of?: AccountId) =>
  findAnomalies(watchOf(observations, of), rules).map(({ rule }) => rule);

describe("many new payees", () => {
  it("are found when so many come within the time", () => {
    expect(found([paid(0, 1, "b"), paid(1, 1, "c")])).toEqual([]);
    const three = [paid(0, 1, "b"), paid(1, 1, "c"), paid(60, 1, "d")];
    expect(findAnomalies(watchOf(three), rules)).toEqual([
      { rule: "new-payees", count: 3, from: NOON, to: NOON + HOUR, sums: [] },
    ]);
    expect(found([paid(0, 1, "b"), paid(1, 1, "c"), paid(61, 1, "d")])).toEqual([]);
  });

  it("are not those who were paid before", () => {
    expect(found([paid(-90, 1, "b"), paid(0, 1, "b"), paid(1, 1, "c"), paid(2, 1, "d")])).toEqual([]);
  });

  it("are found of an old account too", () => {
    expect(found([paid(0, 1, "b"), paid(1, 1, "c"), paid(2, 1, "d")], old)).toEqual(["new-payees"]);
  });
});

describe("money that passes through", () => {
  const twice = [seen("in", 0), paid(10, 900), seen("in", 60), paid(90, 1000)];

  it("is found when it comes and goes again and again", () => {
    expect(findAnomalies(watchOf(twice), rules)).toEqual([
      { rule: "pass-through", count: 2, from: NOON + 10 * MINUTE, to: NOON + 90 * MINUTE, sums: [usd(2000)] },
    ]);
    expect(found(twice.slice(0, 3))).toEqual([]);
  });

  it("is not what went too late, too little, or out of an old account", () => {
    expect(found([seen("in", 0), paid(31, 1000), seen("in", 60), paid(90, 1000)])).toEqual([]);
    expect(found([seen("in", 0), paid(10, 899), seen("in", 60), paid(90, 1000)])).toEqual([]);
    expect(found(twice, old)).toEqual([]);
  });

  it("does not count one movement for two sums, and may go in parts", () => {
    expect(found([seen("in", 0), seen("in", 1), paid(2, 1000)])).toEqual([]);
    expect(found([seen("in", 0), seen("in", 1), paid(2, 500), paid(3, 1500)])).toEqual(["pass-through"]);
  });
});

describe("failed payments", () => {
  it("are found when so many come within the time, with what was tried", () => {
    const three = [seen("failed", 0, 5), seen("failed", 1, 6), seen("failed", 2, 7)];
    expect(findAnomalies(watchOf(three, old), rules)).toMatchObject([
      { rule: "failed-payments", count: 3, sums: [usd(18)] },
    ]);
    expect(found(three.slice(1))).toEqual([]);
  });
});

describe("a rule", () => {
  it("does not count again what it was judged by", () => {
    const watch = watchOf([seen("failed", 0), seen("failed", 1), seen("failed", 2)]);
    const [finding] = findAnomalies(watch, rules);
    const judged = { "failed-payments": finding?.to ?? 0 };
    expect(findAnomalies(watch, rules, judged)).toEqual([]);
    const more = [seen("failed", 3), seen("failed", 4), seen("failed", 5)];
    const later = more.reduce((before, one) => observed(before, ada, one, rules), watch);
    expect(findAnomalies(later, rules, judged)).toMatchObject([{ count: 3, from: NOON + 3 * MINUTE }]);
  });

  it("that is off finds nothing and remembers nothing", () => {
    for (const observation of [paid(0, 1), seen("in", 0), seen("failed", 0)]) {
      expect(observed(EMPTY_WATCH, ada, observation, {})).toBe(EMPTY_WATCH);
      expect(isOfInterest(ada, observation, {})).toBe(false);
    }
  });
});

describe("what is remembered", () => {
  const observation = fc.record({
    eventId: fc.integer({ min: 0, max: 200 }).map(String),
    at: fc.integer({ min: -2 * DAY, max: DAY }).map((offset) => NOON + offset),
    kind: fc.constantFrom("in" as const, "out" as const, "failed" as const),
    amount: fc.integer({ min: 1, max: 1_000_000 }).map(usd),
    payee: fc.integer({ min: 0, max: 100 }).map((number) => person(String(number))),
  });

  it("is the same when every event comes twice", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(observation, { selector: ({ eventId }) => eventId, maxLength: 40 }),
        (list) => {
          const once = watchOf(list);
          expect(list.reduce((watch, one) => observed(watch, ada, one, rules), once)).toEqual(once);
        },
      ),
    );
  });

  it("is the same in whatever order events come, as long as it holds them all", () => {
    const lists = fc.uniqueArray(observation, { selector: ({ eventId }) => eventId, maxLength: 40 });
    fc.assert(
      fc.property(
        lists.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          expect(watchOf(shuffled)).toEqual(watchOf(list));
        },
      ),
    );
  });

  it("stays small and young", () => {
    const list = fc.uniqueArray(observation, { selector: ({ eventId }) => eventId, minLength: 80 });
    fc.assert(
      fc.property(list, (observations) => {
        const { movements, payees } = watchOf(observations);
        expect(movements.length).toBeLessThanOrEqual(MAX_MOVEMENTS);
        expect(Object.keys(payees).length).toBeLessThanOrEqual(MAX_PAYEES);
        const newest = movements.at(-1)?.at ?? 0;
        for (const { at } of movements) expect(newest - at).toBeLessThan(KEEP_MS);
      }),
    );
  });
});
