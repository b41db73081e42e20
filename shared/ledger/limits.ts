/** How much may leave a customer's account: per transfer, per UTC day, per UTC month; and how outflow is counted. */
import * as z from "zod";
import { type Currency, isCurrency } from "../money/currencies.ts";
import type { EpochMs } from "../platform/clock.ts";
import { err, ok, type Result } from "../result.ts";
import type { Outflow } from "./entry.ts";

/** Minor units. */
export type CurrencyLimits = {
  readonly perTransfer: number;
  readonly perDay: number;
  readonly perMonth: number;
};

/** Currencies that are not named cannot leave a wallet. */
export type Limits = Readonly<Partial<Record<Currency, CurrencyLimits>>>;

export const limitsSchema = z
  .record(
    z.string().refine(isCurrency, "is not a currency"),
    z.object({ perTransfer: z.int().min(1), perDay: z.int().min(1), perMonth: z.int().min(1) }),
  )
  .transform((value): Limits => value);

export type LimitRefusal = {
  readonly code: "limit-exceeded";
  readonly limit: "transfer" | "day" | "month";
  /** Minor units that could still leave under this limit. */
  readonly remaining: number;
};

export const dayOf = (at: EpochMs): string => new Date(at).toISOString().slice(0, 10);
export const monthOf = (at: EpochMs): string => new Date(at).toISOString().slice(0, 7);

/** The counters as they stand at a time: a new day or month begins at zero. */
export function outflowAt(outflow: Outflow, at: EpochMs): Outflow {
  const day = dayOf(at);
  const month = monthOf(at);
  return {
    day,
    dayTotal: outflow.day === day ? outflow.dayTotal : 0,
    month,
    monthTotal: outflow.month === month ? outflow.monthTotal : 0,
  };
}

/** Counts an outflow that is about to happen. */
export function countOutflow(
  current: Outflow,
  value: number,
  limits: CurrencyLimits,
): Result<Outflow, LimitRefusal> {
  const exceeded = (limit: LimitRefusal["limit"], remaining: number) =>
    err({ code: "limit-exceeded" as const, limit, remaining: Math.max(0, remaining) });
  if (value > limits.perTransfer) return exceeded("transfer", limits.perTransfer);
  if (current.dayTotal + value > limits.perDay) return exceeded("day", limits.perDay - current.dayTotal);
  if (current.monthTotal + value > limits.perMonth)
    return exceeded("month", limits.perMonth - current.monthTotal);
  return ok({ ...current, dayTotal: current.dayTotal + value, monthTotal: current.monthTotal + value });
}

/** Takes back what was counted at `countedAt` and did not leave after all, where that period is still running. */
export const uncountOutflow = (current: Outflow, value: number, countedAt: EpochMs): Outflow => ({
  ...current,
  dayTotal: current.day === dayOf(countedAt) ? Math.max(0, current.dayTotal - value) : current.dayTotal,
  monthTotal:
    current.month === monthOf(countedAt) ? Math.max(0, current.monthTotal - value) : current.monthTotal,
});
