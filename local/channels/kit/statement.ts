/** Statements made wrong on purpose: what is ordered is applied to the true movements before a protocol prints them. */
import * as z from "zod";
import type { StatementFault } from "../simulator.ts";

export const StatementFaultShape = z.discriminatedUnion("fault", [
  z.strictObject({ fault: z.literal("missing"), id: z.string() }),
  z.strictObject({ fault: z.literal("late"), id: z.string(), days: z.int().positive() }),
  z.strictObject({ fault: z.literal("amount"), id: z.string(), by: z.int() }),
  z.strictObject({ fault: z.literal("fee"), id: z.string(), by: z.int() }),
  z.strictObject({
    fault: z.literal("extra"),
    day: z.string().regex(/^\d{4}-\d{2}-\d{2}$/),
    amount: z.int(),
  }),
]) satisfies z.ZodType<StatementFault>;

/** What every movement of a statement has; protocols add what their files print. Money in minor units. */
export type Movement = {
  /** The id of the object as `objects()` shows it. */
  readonly id: string;
  readonly atMs: number;
  readonly amount: number;
  readonly fee: number;
};

/** An order for a movement that never happened. `id` is the same whenever the day is printed. */
export type ExtraMovement = { readonly id: string; readonly day: string; readonly amount: number };

const DAY_MS = 86_400_000;

/** The day after so many days, `yyyy-mm-dd`. */
const plusDays = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);

/** The day, `yyyy-mm-dd`, that a time falls on so many minutes ahead of UTC. */
export const dayAt = (atMs: number, utcOffsetMinutes: number): string =>
  new Date(atMs + utcOffsetMinutes * 60_000).toISOString().slice(0, 10);

/**
 * The lines of one day: of all movements those that the day shows, with every fault applied. A late line keeps its own
 * time and is printed days after.
 */
export function movementsOfDay<M extends Movement>(
  all: Iterable<M>,
  day: string,
  faults: readonly StatementFault[],
  options: { readonly utcOffsetMinutes: number; readonly extra: (order: ExtraMovement) => M },
): readonly M[] {
  const lines: M[] = [];
  for (const movement of all) {
    let shown: M | undefined = movement;
    let shownOn = dayAt(movement.atMs, options.utcOffsetMinutes);
    for (const fault of faults) {
      if (fault.fault === "extra" || fault.id !== movement.id || shown === undefined) continue;
      if (fault.fault === "missing") shown = undefined;
      else if (fault.fault === "late") shownOn = plusDays(shownOn, fault.days);
      else if (fault.fault === "amount") shown = { ...shown, amount: shown.amount + fault.by };
      else shown = { ...shown, fee: shown.fee + fault.by };
    }
    if (shown !== undefined && shownOn === day) lines.push(shown);
  }
  faults.forEach((fault, index) => {
    if (fault.fault !== "extra" || fault.day !== day) return;
    lines.push(options.extra({ id: `EXTRA${day.replaceAll("-", "")}${index}`, day, amount: fault.amount }));
  });
  return lines;
}
