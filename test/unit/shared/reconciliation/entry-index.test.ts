/** The index of a day's entries: which one a line takes, what is left, and that nothing is lost as it grows. */
import { describe, expect, it } from "vitest";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { createEntryIndex } from "../../../../shared/reconciliation/entry-index.ts";
import { createHashSlots } from "../../../../shared/reconciliation/hash-slots.ts";
import { type Subject, subjectText } from "../../../../shared/reconciliation/subject.ts";

const id = derivedId("payment", "1");
const subject: Subject = { kind: "payment", id };

describe("the index of a day's entries", () => {
  const usdEntry = (sequence: number, value: number) =>
    ({ value, currency: "USD", chain: 2, sequence }) as const;

  it("gives the entry of the same amount before any other, and others in their order", () => {
    const index = createEntryIndex();
    for (const [sequence, value] of [1, 2, 3].entries()) index.add(subject, usdEntry(sequence, value));
    const take = (value: number, currency = "USD") => index.take(subject, { value, currency });
    expect(take(2)).toStrictEqual({ taken: "equal" });
    expect([...index.unstated()]).toEqual([
      { chain: 2, sequence: 0 },
      { chain: 2, sequence: 2 },
    ]);
    expect(take(2)).toStrictEqual({ taken: "other", value: 3, currency: "USD" });
    expect(index.isStated(subject)).toBe(false);
    expect(take(1, "EUR")).toStrictEqual({ taken: "other", value: 1, currency: "USD" });
    expect(index.isStated(subject)).toBe(true);
    expect(take(1)).toStrictEqual({ taken: "none-left" });
    expect([...index.unstated()]).toEqual([]);
  });

  it("knows nothing of another subject", () => {
    const index = createEntryIndex();
    index.add(subject, usdEntry(1, 1));
    const other: Subject = { kind: "refund", id };
    expect(index.take(other, { value: 1, currency: "USD" })).toStrictEqual({ taken: "unknown" });
    expect(index.isStated(other)).toBeUndefined();
    expect(index.size()).toBe(1);
    expect([subjectText(subject), subjectText(other)]).toEqual([`payment:${id}`, `refund:${id}`]);
  });

  it("keeps every place, amount and currency, however many there are", () => {
    const index = createEntryIndex();
    const currencies = ["USD", "EUR", "JPY"] as const;
    const numbers = Array.from({ length: 2_500 }, (_, number) => number);
    const subjectAt = (number: number): Subject => ({ kind: "own", id: String(number) });
    const currencyAt = (number: number) => currencies[number % 3] ?? "USD";
    for (const number of numbers) {
      const place = { chain: number % 7, sequence: 100_000 + number };
      index.add(subjectAt(number), { value: number - 1_000, currency: currencyAt(number), ...place });
    }
    expect([...index.unstated()]).toEqual(
      numbers.map((number) => ({ chain: number % 7, sequence: 100_000 + number })),
    );
    for (const number of numbers.filter((each) => each % 2 === 0)) {
      const exact = { value: number - 1_000, currency: currencyAt(number) };
      expect(index.take(subjectAt(number), exact)).toEqual({ taken: "equal" });
    }
    for (const number of [1, 1_023, 1_025, 2_047, 2_049, 2_499]) {
      expect(index.take(subjectAt(number), { value: 1e9, currency: "USD" })).toEqual({
        taken: "other",
        value: number - 1_000,
        currency: currencyAt(number),
      });
    }
    expect(index.size()).toBe(2_500);
  });
});

describe("hash slots", () => {
  it("find each of many texts, however often they had to grow", () => {
    const slots = createHashSlots();
    const texts = Array.from({ length: 5_000 }, (_, number) => `text ${number}`);
    for (const [slot, text] of texts.entries()) expect(slots.add(text)).toBe(slot);
    expect(texts.map((text) => [...slots.of(text)])).toEqual(texts.map((_, slot) => [slot]));
    expect(slots.size()).toBe(5_000);
  });

  it("lose nothing of the first bucket when they grow", () => {
    const slots = createHashSlots();
    // Its hash ends in eleven zeros, so it is in the first of 2,048 buckets.
    const text = "first 232";
    slots.add(text);
    for (let number = 0; number < 1_024; number += 1) slots.add(`text ${number}`);
    expect([...slots.of(text)]).toEqual([0]);
  });

  // The SHA-256 of the first two begin with the same four bytes. Those of the others have the same second four bytes,
  // and first ones that lead to the same bucket.
  it.each([
    ["t26821", "t49091"],
    ["t42676", "t1860930"],
  ])("tell %s from %s, whose hashes are the same in one half", (one, other) => {
    const slots = createHashSlots();
    expect(slots.add(one)).toBe(0);
    expect([slots.has(one), slots.has(other), ...slots.of(other)]).toEqual([true, false]);
    slots.add(other);
    expect([[...slots.of(one)], [...slots.of(other)]]).toEqual([[0], [1]]);
  });
});
