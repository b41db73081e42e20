/**
 * Compares lines of a statement with the entries of its day, one by one: what fits is ticked off, what does not is a
 * difference, and what is not of that day has to be looked for elsewhere. Pure; its memory is the index and one hash
 * a line.
 */
import type { StatementLine } from "../channels/statement.ts";
import { isCurrency } from "../money/currencies.ts";
import { type Money, money } from "../money/money.ts";
import type { EntryIndex } from "./entry-index.ts";
import type { Difference } from "./exception.ts";
import { expectedFee, type FeeRule, isExpected } from "./fee.ts";
import { createHashSlots } from "./hash-slots.ts";
import { noSums, type Sums } from "./run.ts";
import { type Subject, signedAmount } from "./subject.ts";

export type MatchRules = {
  /** Whether amounts may be in the currency of the settlement. */
  readonly converts: boolean;
  /** The provider's words for payouts to our bank. */
  readonly settlements: readonly string[];
  /** By currency; none where nothing is expected. */
  readonly fees: Readonly<Partial<Record<string, FeeRule>>>;
};

export type Verdict = {
  /**
   * `counted`: a fee or a payout to our bank, which has no entry. `elsewhere`: no entry of this day is it. `surplus`:
   * every entry of its subject has a line already.
   */
  readonly outcome: "matched" | "converted" | "counted" | "differs" | "duplicate" | "elsewhere" | "surplus";
  readonly differences: readonly Difference[];
};

/** The signed amount of a line. */
export const statedAmount = (line: StatementLine) => ({
  value: signedAmount(line),
  currency: line.amount.currency,
});

/** An amount that the ledger can hold; `undefined` for another currency or nothing. */
export const enterable = ({ value, currency }: { value: number; currency: string }): Money | undefined =>
  isCurrency(currency) && value !== 0 ? money(value, currency) : undefined;

/** What a difference takes over from its line. */
export const aboutLine = (line: StatementLine, subject: Subject | undefined) => ({
  reference: line.transactionId,
  transactionId: line.transactionId,
  rawType: line.rawType,
  inStatement: statedAmount(line),
  subject,
});

type Compared = {
  readonly outcome: "matched" | "converted" | "differs";
  readonly differences: readonly Difference[];
};

/**
 * A line that was converted: what is said of the amount before that is compared, if anything is. A difference is for a
 * person, as nothing says what it is worth in the currency of the settlement.
 */
function comparePresented(line: StatementLine, subject: Subject, inLedger: Money): Compared {
  const { presented } = line;
  if (presented === undefined) return { outcome: "converted", differences: [] };
  const inStatement = { ...presented, value: signedAmount({ ...line, amount: presented }) };
  const isSame = inStatement.currency === inLedger.currency;
  if (isSame && inStatement.value === inLedger.value) return { outcome: "converted", differences: [] };
  const kind = isSame ? "amount-mismatch" : "currency-mismatch";
  const difference = { ...aboutLine(line, subject), class: kind, inStatement, inLedger } as const;
  return { outcome: "differs", differences: [{ ...difference, status: "open" }] };
}

/** An entry was found for the line: what does not fit of it. @param inLedger signed as the line's */
export function compareAmounts(
  line: StatementLine,
  subject: Subject,
  inLedger: Money,
  { converts }: Pick<MatchRules, "converts">,
): Compared {
  const inStatement = statedAmount(line);
  if (inStatement.currency !== inLedger.currency) {
    if (converts) return comparePresented(line, subject, inLedger);
    const difference = { ...aboutLine(line, subject), class: "currency-mismatch", inLedger } as const;
    return { outcome: "differs", differences: [{ ...difference, status: "open" }] };
  }
  if (inStatement.value === inLedger.value) return { outcome: "matched", differences: [] };
  const toEnter = enterable({ ...inStatement, value: inStatement.value - inLedger.value });
  const difference = { ...aboutLine(line, subject), class: "amount-mismatch", inLedger, toEnter } as const;
  return { outcome: "differs", differences: [{ ...difference, status: "open" }] };
}

function feeDifference(line: StatementLine, subject: Subject | undefined, rule: FeeRule): Difference {
  return {
    ...aboutLine(line, subject),
    class: "fee-unexpected",
    status: "open",
    detail: `a fee of ${line.fee} where ${expectedFee(rule, line.amount.value)} was expected`,
  };
}

export function createMatcher(index: EntryIndex, rules: MatchRules) {
  const seen = createHashSlots();
  const sums = new Map<string, Sums>();

  const tally = (currency: string, change: (before: Sums) => Partial<Sums>): void => {
    const before = sums.get(currency) ?? noSums;
    sums.set(currency, { ...before, ...change(before) });
  };

  const isSettlement = ({ kind, rawType }: StatementLine): boolean =>
    kind === "other" && rules.settlements.includes(rawType);

  function add(line: StatementLine): void {
    const signed = signedAmount(line);
    const { value } = line.amount;
    tally(line.amount.currency, (before) => {
      const net = before.net + signed - line.fee;
      const fees = before.fees + line.fee;
      if (isSettlement(line)) return { net, fees, settled: before.settled - signed };
      switch (line.kind) {
        case "payment":
          return { net, fees, payments: before.payments + value };
        case "refund":
          return { net, fees, refunds: before.refunds + value };
        case "payout":
          return { net, fees, payouts: before.payouts + value };
        case "payout-return":
          return { net, fees, payouts: before.payouts - value };
        case "dispute":
          return { net, fees, disputes: before.disputes + value };
        case "fee":
          return { net, fees: fees + value };
        case "other":
          return { net, fees, other: before.other + signed };
      }
    });
  }

  function compare(line: StatementLine, subject: Subject): Verdict {
    const stated = statedAmount(line);
    const found = index.take(subject, stated);
    switch (found.taken) {
      case "equal":
        return { outcome: "matched", differences: [] };
      case "other":
        return compareAmounts(line, subject, money(found.value, found.currency), rules);
      case "none-left":
        return { outcome: "surplus", differences: [] };
      case "unknown":
        return { outcome: "elsewhere", differences: [] };
    }
  }

  return {
    /** @param subject what the line is about, if that is known */
    offer(line: StatementLine, subject: Subject | undefined): Verdict {
      const name = `${line.kind}|${line.transactionId}`;
      if (seen.has(name)) {
        const difference = { ...aboutLine(line, subject), class: "duplicate-line", status: "open" } as const;
        return { outcome: "duplicate", differences: [difference] };
      }
      seen.add(name);
      add(line);
      if (line.kind === "fee" || isSettlement(line)) return { outcome: "counted", differences: [] };
      const verdict: Verdict =
        subject === undefined ? { outcome: "elsewhere", differences: [] } : compare(line, subject);
      const rule = line.kind === "payment" ? rules.fees[line.amount.currency] : undefined;
      if (rule === undefined || isExpected(rule, line.amount.value, line.fee)) return verdict;
      return { ...verdict, differences: [...verdict.differences, feeDifference(line, subject, rule)] };
    },
    /** What the clearing accounts say of the day. @param value signed as lines are */
    addLedger: (currency: string, value: number): void =>
      tally(currency, (before) => ({ ledger: before.ledger + value })),
    sums: (): Readonly<Record<string, Sums>> => Object.fromEntries(sums),
  };
}
export type Matcher = ReturnType<typeof createMatcher>;
