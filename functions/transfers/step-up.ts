/** The step-up that a transfer needs: of what leaves the payer, to whom it goes. */
import type { Problem } from "../../shared/http/problems.ts";
import type { StepUpId } from "../../shared/platform/ids.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import { ok, type Result } from "../../shared/result.ts";
import type { RiskSettings } from "../../shared/risk/settings.ts";
import { requireStepUp } from "../../shared/step-ups/require-step-up.ts";
import type { StepUpOperation, StepUpSubject } from "../../shared/step-ups/step-up.ts";
import type { WriteOperation } from "../../shared/table/table.ts";
import type { PersonTransfer } from "../../shared/transfers/transfer.ts";

/** What a step-up of the transfer is bound to. With an exchange it is of what is sold. */
export const stepUpSubjectOf = (
  { payer, payee, amount, paid = amount }: Pick<PersonTransfer, "payer" | "payee" | "amount" | "paid">,
  operation: StepUpOperation,
): StepUpSubject => ({ accountId: payer, operation, amount: paid, payee });

/** See `requireStepUp`. Money that is exchanged and stays its owner's needs none. */
export const stepUpFor = (
  {
    risk,
    platform,
  }: { readonly risk: Pick<RiskSettings, "stepUp">; readonly platform: Pick<Platform, "clock"> },
  subject: StepUpSubject,
  id: StepUpId | undefined,
): Result<readonly WriteOperation[], Problem> =>
  subject.payee === subject.accountId
    ? ok([])
    : requireStepUp(risk.stepUp, subject, id, platform.clock.now());
