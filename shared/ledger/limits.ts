/**
 * How much may leave a customer's account (per transfer, per UTC day, per UTC month) and how often (per UTC hour and day);
 * and how outflow is counted.
 */
import * as z from "zod";
import { type Currency, isCurrency } from "../money/currencies.ts";
import { DAY, type EpochMs, HOUR } from "../platform/clock.ts";
import { err, ok, type Result } from "../result.ts";
import type { Outflow } from "./entry.ts";

/** Amounts in minor units, counts of movements. */
export type CurrencyLimits = {
  readonly perTransfer: number;
  readonly perDay: number;
  readonly perMonth: number;
  /** How many movements may leave in an hour and on a day; left out, any number. */
  readonly perHourCount?: number;
  readonly perDayCount?: number;
};

/** Currencies that are not named cannot leave a wallet. */
export type Limits = Readonly<Partial<Record<Currency, CurrencyLimits>>>;

const atLeastOne = z.int().min(1);

const currencyLimits = z
  .object({
    perTransfer: atLeastOne,
    perDay: atLeastOne,
    perMonth: atLeastOne,
    perHourCount: atLeastOne.optional(),
    perDayCount: atLeastOne.optional(),
  })
  .transform(
    ({ perHourCount, perDayCount, ...amounts }): CurrencyLimits => ({
      ...amounts,
      ...(perHourCount === undefined ? {} : { perHourCount }),
      ...(perDayCount === undefined ? {} : { perDayCount }),
    }),
  );

export const limitsSchema = z
  .record(z.string().refine(isCurrency, "is not a currency"), currencyLimits)
  .transform((value): Limits => value);

export type LimitRefusal =
  | {
      readonly code: "limit-exceeded";
      readonly limit: "transfer" | "day" | "month";
      /** Minor units that could still leave under this limit. */
      readonly remaining: number;
    }
  | {
      /** The amount would do, but too many movements have left. */
      readonly code: "velocity-exceeded";
      readonly period: "hour" | "day";
      /** How many may leave in the period. */
      readonly allowed: number;
      /** Milliseconds until the next period begins. */
      readonly waitMs: number;
    };

/** The whole of every limit. */
export const FULL_SHARE = 100;

/**
 * The limits of a person who has a share of them. Counts are the same for everybody.
 * @param percent from 0 to 100; what is left is rounded down
 */
export const shareOfLimits = (limits: CurrencyLimits, percent: number): CurrencyLimits => ({
  ...limits,
  perTransfer: Math.floor((limits.perTransfer * percent) / FULL_SHARE),
  perDay: Math.floor((limits.perDay * percent) / FULL_SHARE),
  perMonth: Math.floor((limits.perMonth * percent) / FULL_SHARE),
});

/** `2026-11-22T12` */
export const hourOf = (at: EpochMs): string => new Date(at).toISOString().slice(0, 13);
export const dayOf = (at: EpochMs): string => new Date(at).toISOString().slice(0, 10);
export const monthOf = (at: EpochMs): string => new Date(at).toISOString().slice(0, 7);

/** The counters as they stand at a time: a new hour, day or month begins at zero. */
export function outflowAt(outflow: Outflow, at: EpochMs): Outflow {
  const hour = hourOf(at);
  const [day, month] = [hour.slice(0, 10), hour.slice(0, 7)];
  return {
    hour,
    hourCount: outflow.hour === hour ? outflow.hourCount : 0,
    day,
    dayTotal: outflow.day === day ? outflow.dayTotal : 0,
    dayCount: outflow.day === day ? outflow.dayCount : 0,
    month,
    monthTotal: outflow.month === month ? outflow.monthTotal : 0,
  };
}

/** Milliseconds until the next hour or day of UTC begins. */
const restOf = (period: number, at: EpochMs): number => period - (at % period);

/**
 * Counts one movement of a value that is about to leave.
 * @param current the counters as they stand at `at`
 */
export function countOutflow(
  current: Outflow,
  value: number,
  limits: CurrencyLimits,
  at: EpochMs,
): Result<Outflow, LimitRefusal> {
  const exceeded = (limit: "transfer" | "day" | "month", remaining: number) =>
    err({ code: "limit-exceeded" as const, limit, remaining: Math.max(0, remaining) });
  if (value > limits.perTransfer) return exceeded("transfer", limits.perTransfer);
  if (current.dayTotal + value > limits.perDay) return exceeded("day", limits.perDay - current.dayTotal);
  if (current.monthTotal + value > limits.perMonth)
    return exceeded("month", limits.perMonth - current.monthTotal);
  const tooOften = (period: "hour" | "day", allowed: number, waitMs: number) =>
    err({ code: "velocity-exceeded" as const, period, allowed, waitMs });
  const { perHourCount, perDayCount } = limits;
  if (perDayCount !== undefined && current.dayCount >= perDayCount)
    return tooOften("day", perDayCount, restOf(DAY, at));
  if (perHourCount !== undefined && current.hourCount >= perHourCount)
    return tooOften("hour", perHourCount, restOf(HOUR, at));
  return ok({
    ...current,
    hourCount: current.hourCount + 1,
    dayTotal: current.dayTotal + value,
    dayCount: current.dayCount + 1,
    monthTotal: current.monthTotal + value,
  });
}

const lessOne = (count: number): number => Math.max(0, count - 1);

/**
 * Takes back what was counted at `countedAt` and did not leave after all, where that period is still running.
 * @param whole nothing of the movement left, so it is not counted as one either
 */
export const uncountOutflow = (
  current: Outflow,
  value: number,
  countedAt: EpochMs,
  whole: boolean,
): Outflow => ({
  ...current,
  hourCount: whole && current.hour === hourOf(countedAt) ? lessOne(current.hourCount) : current.hourCount,
  dayTotal: current.day === dayOf(countedAt) ? Math.max(0, current.dayTotal - value) : current.dayTotal,
  dayCount: whole && current.day === dayOf(countedAt) ? lessOne(current.dayCount) : current.dayCount,
  monthTotal:
    current.month === monthOf(countedAt) ? Math.max(0, current.monthTotal - value) : current.monthTotal,
});
