/**
 * The step-up that an amount needs: a refusal, or the write that uses it up. The write goes into the transaction that
 * moves the money, so a step-up moves money once, and is not lost where nothing moved.
 */
import { type Problem, problem } from "../http/problems.ts";
import type { EpochMs } from "../platform/clock.ts";
import type { StepUpId } from "../platform/ids.ts";
import { err, ok, type Result } from "../result.ts";
import type { RiskSettings } from "../risk/settings.ts";
import { keys } from "../table/keys.ts";
import type { WriteOperation } from "../table/table.ts";
import { bindingOf, type StepUp, type StepUpSubject } from "./step-up.ts";

/** What to ask a step-up for. It is the answer too when the ledger refuses the condition of one that was sent. */
export const stepUpRequired = ({ operation, amount, payee }: StepUpSubject): Problem =>
  problem("step-up-required", {
    detail: "Ask for a step-up of exactly this, approve it with the PIN, and send its id along.",
    extensions: { stepUp: { operation, amount, ...(payee === undefined ? {} : { payee }) } },
  });

/** Whether an amount is at or above the one from which a PIN is asked for. */
export const needsStepUp = (
  { above }: RiskSettings["stepUp"],
  { value, currency }: StepUpSubject["amount"],
): boolean => {
  const threshold = above[currency];
  return threshold !== undefined && value >= threshold;
};

/**
 * What belongs into `also` of the commit that does it: nothing for an amount that needs no step-up, or one update, 2
 * write units, under the condition that the step-up is of this very operation, approved, not used and not over. No read.
 * @returns the problem to answer with where one is needed and none was sent. When the commit answers `condition-refused`
 * for this operation, answer with `stepUpRequired`.
 */
export function requireStepUp(
  settings: RiskSettings["stepUp"],
  subject: StepUpSubject,
  id: StepUpId | undefined,
  now: EpochMs,
): Result<readonly WriteOperation[], Problem> {
  if (!needsStepUp(settings, subject.amount)) return ok([]);
  if (id === undefined) return err(stepUpRequired(subject));
  return ok([
    {
      update: keys.stepUp(id),
      set: "SET #status = :used",
      condition: "#status = :approved AND #binding = :binding AND #until > :now",
      names: { "#status": "status", "#binding": "binding", "#until": "expiresAtMs" },
      values: {
        ":used": "used" satisfies StepUp["status"],
        ":approved": "approved" satisfies StepUp["status"],
        ":binding": bindingOf(subject),
        ":now": now,
      },
    },
  ]);
}
