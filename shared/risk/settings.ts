/**
 * A stage's settings of risk: the levels of limits, from which amounts on a PIN is asked for, and what is taken for an
 * anomaly. What is left out is off.
 */
import * as z from "zod";
import { consentPurposes } from "../accounts/account.ts";
import { type Currency, isCurrency } from "../money/currencies.ts";
import { jsonVariable } from "../platform/config.ts";
import type { Level } from "./levels.ts";
import { MAX_MOVEMENTS } from "./watch.ts";

const level = z.strictObject({
  minAgeDays: z.int().min(0),
  consents: z.array(z.enum(consentPurposes)),
  sharePercent: z.int().min(0).max(100),
});

const isAscending = (levels: readonly Level[]): boolean =>
  levels.every((next, index) => {
    const before = levels[index - 1];
    return (
      before === undefined ||
      (before.minAgeDays <= next.minAgeDays && before.sharePercent <= next.sharePercent)
    );
  });

const levels = z
  .array(level)
  .min(1)
  .refine(([first]) => first?.minAgeDays === 0 && first.consents.length === 0, "must begin with everybody's")
  .refine(isAscending, "must not shrink from level to level");

/** What a person's record keeps is enough for so many. */
const count = z.int().min(2).max(MAX_MOVEMENTS);
const withinMinutes = z
  .int()
  .min(1)
  .max(24 * 60);

const rules = z.strictObject({
  /** So many people that were never paid before, within so many minutes. */
  "new-payees": z.strictObject({ count, withinMinutes }).optional(),
  /**
   * So many times within a day, at least so much of what came in went out again within so many minutes; of accounts
   * younger than so many days.
   */
  "pass-through": z
    .strictObject({
      count,
      withinMinutes,
      percent: z.int().min(50).max(100),
      youngerThanDays: z.int().min(1),
    })
    .optional(),
  /** So many payments through a channel that failed, within so many minutes: somebody tries cards. */
  "failed-payments": z.strictObject({ count, withinMinutes }).optional(),
});

export const riskSettingsSchema = z.strictObject({
  levels,
  stepUp: z.strictObject({
    /** Currency → minor units; an amount at or above it needs a step-up. */
    above: z
      .record(z.string().refine(isCurrency, "is not a currency"), z.int().min(1))
      .transform((value): Readonly<Partial<Record<Currency, number>>> => value),
  }),
  rules,
  /** How long an account stays frozen for an anomaly when nobody of ops looks at it. */
  freezeHours: z.int().min(1).max(720),
});

export type RiskSettings = z.output<typeof riskSettingsSchema>;
export type RuleSettings = RiskSettings["rules"];

/** The variable of functions that move people's money or watch it move. */
export const riskConfig = { RISK: jsonVariable(riskSettingsSchema) };
