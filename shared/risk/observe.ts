/** Which parts of an event are remembered of a person: only what a rule in force could need of this very account. Pure. */
import type { Money } from "../money/money.ts";
import { DAY, type EpochMs } from "../platform/clock.ts";
import { type AccountId, momentOf } from "../platform/ids.ts";
import type { RuleSettings } from "./settings.ts";
import { type Watch, withMovement, withPayee } from "./watch.ts";

export type Observation = {
  readonly eventId: string;
  readonly at: EpochMs;
  readonly kind: "in" | "out" | "failed";
  readonly amount: Money;
  /** Who was paid, of money that went out. */
  readonly payee?: AccountId;
};

/** An account's id holds the moment it was opened, so its age costs no read. */
export const isYoung = (accountId: AccountId, at: EpochMs, days: number): boolean =>
  at - momentOf(accountId) < days * DAY;

/** Whether anything of it could be remembered: what cannot costs neither a read nor a write. */
export function isOfInterest(accountId: AccountId, { kind, at }: Observation, rules: RuleSettings): boolean {
  if (kind === "failed") return rules["failed-payments"] !== undefined;
  if (kind === "out" && rules["new-payees"] !== undefined) return true;
  const passThrough = rules["pass-through"];
  return passThrough !== undefined && isYoung(accountId, at, passThrough.youngerThanDays);
}

/** @returns the same watch when there is nothing to remember, or nothing new. */
export function observed(
  watch: Watch,
  accountId: AccountId,
  observation: Observation,
  rules: RuleSettings,
): Watch {
  const { kind, at, payee } = observation;
  const paid =
    kind === "out" && payee !== undefined && rules["new-payees"] !== undefined
      ? withPayee(watch, payee, at)
      : watch;
  const isKept = isOfInterest(accountId, observation, { ...rules, "new-payees": undefined });
  return isKept ? withMovement(paid, observation) : paid;
}
