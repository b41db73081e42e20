/** Matching in detail: what a difference says, what is tallied of each kind, and which entry a line takes. */
import { describe, expect, it } from "vitest";
import type { StatementLine } from "../../../../shared/channels/statement.ts";
import { money } from "../../../../shared/money/money.ts";
import { derivedId } from "../../../../shared/platform/ids.ts";
import { createEntryIndex } from "../../../../shared/reconciliation/entry-index.ts";
import { feeRule, feeRules } from "../../../../shared/reconciliation/fee.ts";
import {
  compareAmounts,
  createMatcher,
  enterable,
  type MatchRules,
  statedAmount,
} from "../../../../shared/reconciliation/matcher.ts";
import { noSums } from "../../../../shared/reconciliation/run.ts";
import { type Subject, subjectOfLine } from "../../../../shared/reconciliation/subject.ts";

const id = derivedId("payment", "1");
const subject: Subject = { kind: "payment", id };
const rules: MatchRules = { converts: false, settlements: [], fees: {} };

const line = (rest: Partial<StatementLine> = {}): StatementLine => ({
  kind: "payment",
  ourId: id,
  transactionId: "tx_1",
  amount: { value: 5_00, currency: "USD" },
  fee: 0,
  occurredAtMs: 0,
  rawType: "charge",
  ...rest,
});
const about = {
  reference: "tx_1",
  transactionId: "tx_1",
  rawType: "charge",
  inStatement: { value: 5_00, currency: "USD" },
  subject,
};

describe("an entry and its line", () => {
  it("match where amounts are equal", () => {
    expect(compareAmounts(line(), subject, money(5_00, "USD"), rules)).toStrictEqual({
      outcome: "matched",
      differences: [],
    });
  });

  it("differ by what has to be entered", () => {
    expect(compareAmounts(line(), subject, money(4_00, "USD"), rules)).toStrictEqual({
      outcome: "differs",
      differences: [
        {
          ...about,
          class: "amount-mismatch",
          status: "open",
          inLedger: money(4_00, "USD"),
          toEnter: money(1_00, "USD"),
        },
      ],
    });
  });

  it("differ by their currency, unless the channel converts", () => {
    expect(compareAmounts(line(), subject, money(5_00, "EUR"), rules)).toStrictEqual({
      outcome: "differs",
      differences: [{ ...about, class: "currency-mismatch", status: "open", inLedger: money(5_00, "EUR") }],
    });
    expect(compareAmounts(line(), subject, money(5_00, "EUR"), { converts: true })).toStrictEqual({
      outcome: "converted",
      differences: [],
    });
    expect(compareAmounts(line(), subject, money(4_00, "USD"), { converts: true }).outcome).toBe("differs");
  });

  it("that was converted are compared by what was presented", () => {
    const converts = { converts: true };
    const presented = (value: number, currency = "EUR") => line({ presented: { value, currency } });
    const inLedger = money(4_60, "EUR");
    expect(compareAmounts(presented(4_60), subject, inLedger, converts)).toStrictEqual({
      outcome: "converted",
      differences: [],
    });
    // Nothing is to be entered: what the difference is worth in dollars nobody says.
    expect(compareAmounts(presented(4_61), subject, inLedger, converts)).toStrictEqual({
      outcome: "differs",
      differences: [
        {
          ...about,
          class: "amount-mismatch",
          inStatement: { value: 4_61, currency: "EUR" },
          inLedger,
          status: "open",
        },
      ],
    });
    expect(compareAmounts(presented(4_60, "GBP"), subject, inLedger, converts)).toMatchObject({
      differences: [{ class: "currency-mismatch", inStatement: { value: 4_60, currency: "GBP" } }],
    });
    const refund = line({ kind: "refund", presented: { value: 4_60, currency: "EUR" } });
    expect(compareAmounts(refund, subject, money(-4_60, "EUR"), converts).outcome).toBe("converted");
    expect(compareAmounts(refund, subject, inLedger, converts).outcome).toBe("differs");
  });

  it("are of an amount that the ledger can hold, or of none", () => {
    expect(enterable({ value: -3, currency: "USD" })).toEqual(money(-3, "USD"));
    expect(enterable({ value: 0, currency: "USD" })).toBeUndefined();
    expect(enterable({ value: 3, currency: "XAU" })).toBeUndefined();
    expect(statedAmount(line({ kind: "refund" }))).toEqual({ value: -5_00, currency: "USD" });
  });
});

describe("a line", () => {
  const matched = (
    entry: Parameters<ReturnType<typeof createEntryIndex>["add"]>[1],
    ...offered: StatementLine[]
  ) => {
    const index = createEntryIndex();
    index.add(subject, entry);
    const matcher = createMatcher(index, rules);
    return offered.map((each) => matcher.offer(each, subjectOfLine(each)));
  };
  const entry = { value: 5_00, currency: "USD", chain: 1, sequence: 2 } as const;

  it("takes its entry once", () => {
    expect(matched(entry, line(), line({ transactionId: "tx_2" }))).toStrictEqual([
      { outcome: "matched", differences: [] },
      { outcome: "surplus", differences: [] },
    ]);
  });

  it("of another amount says what the ledger has", () => {
    const [verdict] = matched({ ...entry, value: 4_00 }, line());
    expect(verdict).toMatchObject({
      outcome: "differs",
      differences: [{ class: "amount-mismatch", inLedger: money(4_00, "USD") }],
    });
    const [inEuro] = matched({ ...entry, currency: "EUR" }, line());
    expect(inEuro).toMatchObject({
      differences: [{ class: "currency-mismatch", inLedger: money(5_00, "EUR") }],
    });
  });

  it("that nothing is known of has to be looked for elsewhere", () => {
    const matcher = createMatcher(createEntryIndex(), rules);
    expect(matcher.offer(line(), subject)).toStrictEqual({ outcome: "elsewhere", differences: [] });
    expect(matcher.offer(line({ transactionId: "tx_2" }), undefined)).toStrictEqual({
      outcome: "elsewhere",
      differences: [],
    });
  });

  it("that comes twice is told, by what it is about", () => {
    const matcher = createMatcher(createEntryIndex(), rules);
    matcher.offer(line(), subject);
    expect(matcher.offer(line(), subject)).toStrictEqual({
      outcome: "duplicate",
      differences: [{ ...about, class: "duplicate-line", status: "open" }],
    });
    // One transaction may be told as a payment and as its fee.
    expect(matcher.offer(line({ kind: "fee" }), undefined).outcome).toBe("counted");
  });
});

describe("fees", () => {
  const withFees: MatchRules = { ...rules, fees: { USD: { basisPoints: 100, fixed: 0, tolerance: 0 } } };
  const offer = (each: StatementLine) => createMatcher(createEntryIndex(), withFees).offer(each, subject);

  it("that are not as expected are a difference beside the verdict", () => {
    expect(offer(line({ fee: 6 }))).toStrictEqual({
      outcome: "elsewhere",
      differences: [
        { ...about, class: "fee-unexpected", status: "open", detail: "a fee of 6 where 5 was expected" },
      ],
    });
    expect(offer(line({ fee: 5 })).differences).toEqual([]);
  });

  it("are expected of payments in currencies that have a rule", () => {
    expect(offer(line({ fee: 6, amount: { value: 5_00, currency: "EUR" } })).differences).toEqual([]);
    expect(offer(line({ fee: 6, kind: "refund" })).differences).toEqual([]);
  });

  it("have rules in whole numbers that are not below zero", () => {
    const rule = { basisPoints: 10_000, fixed: 0, tolerance: 0 };
    expect(feeRule.safeParse(rule).success).toBe(true);
    for (const change of [
      { basisPoints: -1 },
      { basisPoints: 10_001 },
      { basisPoints: 0.5 },
      { fixed: -1 },
      { tolerance: -1 },
      { other: 1 },
    ]) {
      expect(feeRule.safeParse({ ...rule, ...change }).success).toBe(false);
    }
    expect(feeRules.safeParse({ stripe: { USD: rule } }).success).toBe(true);
    expect(feeRules.safeParse({ stripe: { USD: { ...rule, fixed: "1" } } }).success).toBe(false);
  });
});

describe("the sums of a day", () => {
  const settling: MatchRules = { ...rules, settlements: ["payout"] };
  const tally = (...lines: Partial<StatementLine>[]) => {
    const matcher = createMatcher(createEntryIndex(), settling);
    for (const [at, each] of lines.entries()) {
      matcher.offer(line({ transactionId: `tx_${at}`, ...each }), undefined);
    }
    return matcher.sums();
  };

  it.each([
    [
      { kind: "payment", fee: 10 },
      { payments: 5_00, fees: 10, net: 4_90 },
    ],
    [{ kind: "refund" }, { refunds: 5_00, net: -5_00 }],
    [
      { kind: "payout", fee: 1 },
      { payouts: 5_00, fees: 1, net: -5_01 },
    ],
    [{ kind: "payout-return" }, { payouts: -5_00, net: 5_00 }],
    [{ kind: "dispute" }, { disputes: 5_00, net: -5_00 }],
    [{ kind: "fee" }, { fees: 5_00, net: -5_00 }],
    [
      { kind: "other", fee: 2 },
      { other: 5_00, fees: 2, net: 4_98 },
    ],
    [
      { kind: "other", rawType: "payout", amount: { value: -5_00, currency: "USD" } },
      { settled: 5_00, net: -5_00 },
    ],
    [
      { kind: "payment", rawType: "payout" },
      { payments: 5_00, net: 5_00 },
    ],
  ] as const)("count %o", (each, sums) => {
    expect(tally(each)).toEqual({ USD: { ...noSums, ...sums } });
  });

  it("add up, each currency for itself", () => {
    const twice = (kind: StatementLine["kind"]) => tally({ kind, fee: 1 }, { kind, fee: 2 })["USD"];
    expect(twice("payment")).toEqual({ ...noSums, payments: 10_00, fees: 3, net: 9_97 });
    expect(twice("refund")).toEqual({ ...noSums, refunds: 10_00, fees: 3, net: -10_03 });
    expect(twice("payout")).toEqual({ ...noSums, payouts: 10_00, fees: 3, net: -10_03 });
    expect(twice("payout-return")).toEqual({ ...noSums, payouts: -10_00, fees: 3, net: 9_97 });
    expect(twice("dispute")).toEqual({ ...noSums, disputes: 10_00, fees: 3, net: -10_03 });
    expect(twice("fee")).toEqual({ ...noSums, fees: 10_03, net: -10_03 });
    expect(twice("other")).toEqual({ ...noSums, other: 10_00, fees: 3, net: 9_97 });
    const payout = { kind: "other", rawType: "payout", amount: { value: -5_00, currency: "USD" } } as const;
    expect(tally(payout, payout)["USD"]).toEqual({ ...noSums, settled: 10_00, net: -10_00 });
    const both = tally({}, { amount: { value: 1, currency: "EUR" } });
    expect([both["USD"]?.payments, both["EUR"]?.payments]).toEqual([5_00, 1]);
  });

  it("of settlements and fees have no entry to match", () => {
    const index = createEntryIndex();
    index.add(subject, { value: 5_00, currency: "USD", chain: 0, sequence: 1 });
    const matcher = createMatcher(index, settling);
    const counted = { outcome: "counted", differences: [] };
    expect(matcher.offer(line({ kind: "other", rawType: "payout" }), subject)).toStrictEqual(counted);
    expect(matcher.offer(line({ kind: "fee" }), subject)).toStrictEqual(counted);
    expect(index.isStated(subject)).toBe(false);
  });

  it("hold what the ledger says beside it", () => {
    const matcher = createMatcher(createEntryIndex(), rules);
    matcher.addLedger("USD", 7);
    matcher.addLedger("USD", -2);
    matcher.offer(line(), undefined);
    expect(matcher.sums()).toEqual({ USD: { ...noSums, ledger: 5, payments: 5_00, net: 5_00 } });
  });
});
