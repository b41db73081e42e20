/** What is remembered of a person, in detail: what is kept, in which order, and what is forgotten first. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { DAY, MINUTE } from "../../../../shared/platform/clock.ts";
import { derivedId, derivedTimedId } from "../../../../shared/platform/ids.ts";
import { isOfInterest, isYoung, type Observation, observed } from "../../../../shared/risk/observe.ts";
import {
  EMPTY_WATCH,
  KEEP_MS,
  MAX_MOVEMENTS,
  MAX_PAYEES,
  type Movement,
  payeeDigest,
  type Watch,
  withMovement,
  withPayee,
} from "../../../../shared/risk/watch.ts";
import { NOON } from "../../../builders/book.ts";
import { usd } from "../../../builders/usd.ts";

const ben = derivedId("account", "ben");
const cleo = derivedId("account", "cleo");

const moved = (watch: Watch, eventId: string, at = NOON, kind: Movement["kind"] = "in"): Watch =>
  withMovement(watch, { eventId, at, kind, amount: usd(5) });
const ids = ({ movements }: Watch) => movements.map(({ eventId }) => eventId);

describe("a movement", () => {
  it("is kept with its kind and money", () => {
    expect(moved(EMPTY_WATCH, "e").movements).toStrictEqual([
      { eventId: "e", at: NOON, kind: "in", currency: "USD", value: 5 },
    ]);
  });

  it("stands by its time, then by its event, in whatever order it came", () => {
    for (const order of [
      ["c", "a", "b"],
      ["a", "b", "c"],
      ["b", "c", "a"],
    ]) {
      const watch = order.reduce(
        (before, eventId) => moved(before, eventId),
        moved(EMPTY_WATCH, "z", NOON - 1),
      );
      expect(ids(watch)).toEqual(["z", "a", "b", "c"]);
    }
  });

  it("of one event is two where one person paid the other side of it", () => {
    const both = moved(moved(EMPTY_WATCH, "e"), "e", NOON, "out");
    expect(both.movements.map(({ kind }) => kind)).toEqual(["in", "out"]);
    expect(moved(both, "e", NOON, "out")).toBe(both);
    expect(moved(both, "e", NOON + DAY)).toBe(both);
  });

  it("is forgotten a day after, seen from the newest", () => {
    const first = moved(EMPTY_WATCH, "a");
    expect(ids(moved(first, "b", NOON + KEEP_MS - 1))).toEqual(["a", "b"]);
    expect(ids(moved(first, "b", NOON + KEEP_MS))).toEqual(["b"]);
    const later = moved(EMPTY_WATCH, "b", NOON + KEEP_MS);
    expect(moved(later, "a")).toBe(later);
    expect(KEEP_MS).toBe(DAY);
  });

  it("is forgotten when there are too many newer ones", () => {
    const full = Array.from({ length: MAX_MOVEMENTS }, (_, number) => number).reduce(
      (watch, number) => moved(watch, `e${number}`, NOON + number),
      EMPTY_WATCH,
    );
    expect(ids(moved(full, "newest", NOON + MINUTE))).toEqual([...ids(full).slice(1), "newest"]);
    expect(moved(full, "oldest", NOON - 1)).toBe(full);
    expect(MAX_MOVEMENTS).toBe(60);
  });
});

describe("who was paid", () => {
  it("is known by a short digest", () => {
    const digest = createHash("sha256").update(ben).digest("base64url");
    expect(payeeDigest(ben)).toBe(digest.slice(0, 8));
    expect(withPayee(EMPTY_WATCH, ben, NOON).payees).toEqual({ [digest.slice(0, 8)]: NOON });
  });

  it("is new at the first payment, even if that is heard of later", () => {
    const watch = withPayee(EMPTY_WATCH, ben, NOON);
    expect(withPayee(watch, ben, NOON)).toBe(watch);
    expect(withPayee(watch, ben, NOON + 1)).toBe(watch);
    expect(withPayee(watch, ben, NOON - 1).payees).toEqual({ [payeeDigest(ben)]: NOON - 1 });
  });

  it("stays known beside the movements and the others", () => {
    const watch = withPayee(moved(withPayee(EMPTY_WATCH, ben, NOON), "e"), cleo, NOON + 1);
    expect(watch.payees).toEqual({ [payeeDigest(ben)]: NOON, [payeeDigest(cleo)]: NOON + 1 });
    expect(ids(watch)).toEqual(["e"]);
  });

  it("is forgotten when so many were paid for the first time later", () => {
    const people = Array.from({ length: MAX_PAYEES }, (_, number) => derivedId("account", String(number)));
    // The later a person was paid, the earlier it is heard of.
    const full = people.reduceRight(
      (watch, person, number) => withPayee(watch, person, NOON + number),
      EMPTY_WATCH,
    );
    expect(Object.keys(full.payees)).toEqual(people.map(payeeDigest));
    const [, ...rest] = people.map(payeeDigest);
    expect(Object.keys(withPayee(full, ben, NOON + DAY).payees)).toEqual([...rest, payeeDigest(ben)]);
    expect(withPayee(full, ben, NOON - 1)).toBe(full);
    expect(MAX_PAYEES).toBe(60);
  });

  it("stands by its digest where the time is the same", () => {
    const people = Array.from({ length: MAX_PAYEES + 1 }, (_, number) =>
      derivedId("account", String(number)),
    );
    const digests = people.map(payeeDigest).toSorted();
    for (const order of [people, people.toReversed()]) {
      const watch = order.reduce((before, person) => withPayee(before, person, NOON), EMPTY_WATCH);
      expect(Object.keys(watch.payees)).toEqual(digests.slice(1));
    }
  });
});

describe("what is of interest", () => {
  const newPayees = { "new-payees": { count: 3, withinMinutes: 60 } };
  const passThrough = { "pass-through": { count: 2, withinMinutes: 30, percent: 90, youngerThanDays: 30 } };
  const young = derivedTimedId("account", NOON - 30 * DAY + 1, "young");
  const old = derivedTimedId("account", NOON - 30 * DAY, "old");
  const seen = (kind: Observation["kind"], payee?: typeof ben): Observation => ({
    ...{ eventId: "e", at: NOON, kind, amount: usd(5) },
    ...(payee === undefined ? {} : { payee }),
  });

  it("ends with the youth of an account, to the millisecond", () => {
    expect([isYoung(young, NOON, 30), isYoung(old, NOON, 30)]).toEqual([true, false]);
  });

  it("is what goes out, where new payees are looked for, of accounts of any age", () => {
    expect(isOfInterest(old, seen("out"), newPayees)).toBe(true);
    expect(isOfInterest(old, seen("in"), newPayees)).toBe(false);
    expect(isOfInterest(old, seen("failed"), newPayees)).toBe(false);
    expect(isOfInterest(old, seen("out"), passThrough)).toBe(false);
    expect(isOfInterest(old, seen("out"), { ...newPayees, ...passThrough })).toBe(true);
    expect(isOfInterest(young, seen("in"), passThrough)).toBe(true);
  });

  it("is who was paid, and only of money that goes out", () => {
    const rules = { ...newPayees, ...passThrough };
    expect(observed(EMPTY_WATCH, old, seen("out", ben), rules)).toStrictEqual(
      withPayee(EMPTY_WATCH, ben, NOON),
    );
    expect(observed(EMPTY_WATCH, old, seen("out"), rules)).toBe(EMPTY_WATCH);
    expect(observed(EMPTY_WATCH, young, seen("in", ben), rules).payees).toEqual({});
    expect(observed(EMPTY_WATCH, young, seen("out"), rules).payees).toEqual({});
    expect(observed(EMPTY_WATCH, young, seen("out", ben), passThrough).payees).toEqual({});
    expect(observed(EMPTY_WATCH, old, seen("out", ben), newPayees).movements).toEqual([]);
  });
});
