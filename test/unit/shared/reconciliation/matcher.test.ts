import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StatementLine } from "../../../../shared/channels/statement.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { createEntryIndex } from "../../../../shared/reconciliation/entry-index.ts";
import { expectedFee, isExpected } from "../../../../shared/reconciliation/fee.ts";
import { createHashSlots } from "../../../../shared/reconciliation/hash-slots.ts";
import { createMatcher } from "../../../../shared/reconciliation/matcher.ts";
import { subjectOfLine } from "../../../../shared/reconciliation/subject.ts";

const rules = { converts: false, settlements: [], fees: {} };

describe("hash slots", () => {
  it("find every slot of a text and no other, however many there are", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 3 }), { maxLength: 3_000 }), (texts) => {
        const slots = createHashSlots();
        const expected = new Map<string, number[]>();
        for (const text of texts) expected.set(text, [slots.add(text), ...(expected.get(text) ?? [])]);
        for (const [text, numbers] of expected) expect([...slots.of(text)]).toEqual(numbers);
        expect([slots.size(), slots.has("not there")]).toEqual([texts.length, false]);
      }),
      { numRuns: 50 },
    );
  });
});

type Movement = { readonly id: number; readonly value: number };
const movements = fc.array(
  fc.record({ id: fc.integer({ min: 0, max: 40 }), value: fc.integer({ min: 1, max: 5 }) }),
  { maxLength: 80 },
);
const lineOf = ({ id, value }: Movement, at: number): StatementLine => ({
  kind: "payment",
  ourId: derivedId("payment", String(id)),
  transactionId: `tx_${at}`,
  amount: { value, currency: "USD" },
  fee: 1,
  occurredAtMs: 0,
  rawType: "charge",
});

function matchAll(entries: readonly Movement[], lines: readonly Movement[]) {
  const index = createEntryIndex();
  entries.forEach(({ id, value }, sequence) => {
    const subject = { kind: "payment", id: derivedId("payment", String(id)) } as const;
    index.add(subject, { value, currency: "USD", chain: 3, sequence });
  });
  const matcher = createMatcher(index, rules);
  const verdicts = lines.map((movement, at) => {
    const line = lineOf(movement, at);
    return matcher.offer(line, subjectOfLine(line));
  });
  return { verdicts, unstated: [...index.unstated()], sums: matcher.sums() };
}

describe("matching", () => {
  it("ticks off a statement that is the ledger, in any order", () => {
    fc.assert(
      fc.property(
        movements.chain((entries) =>
          fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length })),
        ),
        ([entries, lines]) => {
          const { verdicts, unstated, sums } = matchAll(entries, lines);
          expect(verdicts.every(({ outcome }) => outcome === "matched")).toBe(true);
          expect(unstated).toEqual([]);
          const total = entries.reduce((sum, { value }) => sum + value, 0);
          if (entries.length > 0) {
            expect(sums["USD"]).toMatchObject({
              payments: total,
              fees: entries.length,
              net: total - entries.length,
            });
          }
        },
      ),
    );
  });

  it("accounts for every line and every entry, whatever they are", () => {
    fc.assert(
      fc.property(movements, movements, (entries, lines) => {
        const { verdicts, unstated } = matchAll(entries, lines);
        const taken = verdicts.filter(({ outcome }) => outcome === "matched" || outcome === "differs").length;
        expect(taken + unstated.length).toBe(entries.length);
        const differences = verdicts.flatMap((verdict) => verdict.differences);
        expect(differences.every(({ class: kind }) => kind === "amount-mismatch")).toBe(true);
        expect(unstated.every(({ chain, sequence }) => chain === 3 && sequence < entries.length)).toBe(true);
      }),
    );
  });

  it("tells the same movement twice, and counts it once", () => {
    const index = createEntryIndex();
    const matcher = createMatcher(index, rules);
    const line = lineOf({ id: 1, value: 5 }, 0);
    expect(matcher.offer(line, subjectOfLine(line)).outcome).toBe("elsewhere");
    const again = matcher.offer(line, subjectOfLine(line));
    expect(again).toMatchObject({ outcome: "duplicate", differences: [{ class: "duplicate-line" }] });
    expect(matcher.sums()["USD"]?.payments).toBe(5);
  });

  it("compares amounts with their currency and sign", () => {
    const index = createEntryIndex();
    const id = derivedId("refund", "1");
    index.add({ kind: "refund", id }, { value: -5, currency: "USD", chain: 0, sequence: 1 });
    const matcher = createMatcher(index, rules);
    const line: StatementLine = { ...lineOf({ id: 0, value: 5 }, 0), kind: "refund", ourId: id };
    const inEuro = { ...line, amount: { value: 5, currency: "EUR" } };
    expect(matcher.offer(inEuro, subjectOfLine(inEuro)).differences).toMatchObject([
      { class: "currency-mismatch", inStatement: { value: -5, currency: "EUR" }, inLedger: { value: -5 } },
    ]);
    expect(matcher.offer({ ...line, transactionId: "other" }, subjectOfLine(line)).outcome).toBe("surplus");
  });
});

describe("fees", () => {
  it("are expected in proportion and a fixed part, with a tolerance", () => {
    const rule = { basisPoints: 290, fixed: 30, tolerance: 2 };
    expect(expectedFee(rule, 100_00)).toBe(3_20);
    expect([3_17, 3_18, 3_22, 3_23].map((fee) => isExpected(rule, 100_00, fee))).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });
});
