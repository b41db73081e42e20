/**
 * What is taken for an anomaly, as rules over what is remembered of a person. Pure: the same memory gives the same
 * findings. A rule that is not in the stage's settings is off.
 */
import { type Money, money } from "../money/money.ts";
import { DAY, type EpochMs, MINUTE } from "../platform/clock.ts";
import type { RuleSettings } from "./settings.ts";
import type { Movement, Watch } from "./watch.ts";

export const riskRules = ["new-payees", "pass-through", "failed-payments"] as const;
export type RiskRule = (typeof riskRules)[number];

/** The reason of a freeze, as it stands in the person's access state and chains. */
export type RiskReason = `risk:${RiskRule}`;
export const reasonOf = (rule: RiskRule): RiskReason => `risk:${rule}`;
export const riskReasons = riskRules.map(reasonOf);

/** What a rule found: how often, from when to when, and the sums of it. */
export type Finding = {
  readonly rule: RiskRule;
  readonly count: number;
  readonly from: EpochMs;
  readonly to: EpochMs;
  /** One a currency; none where no money moved. */
  readonly sums: readonly Money[];
};

/** Until when a rule's evidence has led to a freeze already: only what came later counts again. */
export type Judged = Readonly<Partial<Record<RiskRule, EpochMs>>>;

type Sign = { readonly at: EpochMs; readonly amount?: Money };

const sumsOf = (signs: readonly Sign[]): readonly Money[] => {
  const sums = new Map<Money["currency"], number>();
  for (const { amount } of signs)
    if (amount !== undefined) sums.set(amount.currency, (sums.get(amount.currency) ?? 0) + amount.value);
  return [...sums].map(([currency, value]) => money(value, currency));
};

/** Whether so many signs, in the order of time, are no further apart than that: then all from the first of them on. */
function crowd(rule: RiskRule, signs: readonly Sign[], count: number, withinMs: number): Finding | undefined {
  const start = signs.findIndex((sign, index) => {
    const last = signs[index + count - 1];
    return last !== undefined && last.at - sign.at <= withinMs;
  });
  const found = start === -1 ? [] : signs.slice(start);
  const [first] = found;
  const last = found.at(-1);
  if (first === undefined || last === undefined) return undefined;
  return { rule, count: found.length, from: first.at, to: last.at, sums: sumsOf(found) };
}

/**
 * Each sum that came in and, to at least this percentage, went out again in time. What goes out is taken from what came
 * in first, so no movement counts for two.
 */
function passedThrough(movements: readonly Movement[], percent: number, withinMs: number): Sign[] {
  const open: { readonly movement: Movement; gone: number; isPassed: boolean }[] = [];
  const passed: Sign[] = [];
  for (const movement of movements) {
    if (movement.kind === "in") open.push({ movement, gone: 0, isPassed: false });
    if (movement.kind !== "out") continue;
    let left = movement.value;
    for (const sum of open) {
      const { currency, at, value } = sum.movement;
      if (currency !== movement.currency || movement.at - at > withinMs) continue;
      const taken = Math.min(left, value - sum.gone);
      sum.gone += taken;
      left -= taken;
      if (sum.isPassed || sum.gone * 100 < value * percent) continue;
      sum.isPassed = true;
      passed.push({ at: movement.at, amount: money(value, currency) });
    }
  }
  return passed;
}

/** Every rule that is met by what came after it was last judged. */
export function findAnomalies(watch: Watch, settings: RuleSettings, judged: Judged = {}): readonly Finding[] {
  const isNew = (rule: RiskRule) => (sign: { readonly at: EpochMs }) =>
    sign.at > (judged[rule] ?? Number.NEGATIVE_INFINITY);
  const findings: (Finding | undefined)[] = [];

  const newPayees = settings["new-payees"];
  if (newPayees !== undefined) {
    const payees = Object.values(watch.payees)
      .map((at) => ({ at }))
      .filter(isNew("new-payees"))
      .toSorted((a, b) => a.at - b.at);
    findings.push(crowd("new-payees", payees, newPayees.count, newPayees.withinMinutes * MINUTE));
  }
  const passThrough = settings["pass-through"];
  if (passThrough !== undefined) {
    const { count, percent, withinMinutes } = passThrough;
    const since = watch.movements.filter(isNew("pass-through"));
    findings.push(crowd("pass-through", passedThrough(since, percent, withinMinutes * MINUTE), count, DAY));
  }
  const failed = settings["failed-payments"];
  if (failed !== undefined) {
    const signs = watch.movements
      .filter(({ kind }) => kind === "failed")
      .filter(isNew("failed-payments"))
      .map(({ at, value, currency }) => ({ at, amount: money(value, currency) }));
    findings.push(crowd("failed-payments", signs, failed.count, failed.withinMinutes * MINUTE));
  }
  return findings.filter((finding) => finding !== undefined);
}
