/** What resolutions of withdrawals and of refunds have in common: the fact, and the refusals. */
import { type Problem, problem } from "../../../shared/http/problems.ts";
import {
  decidedBy,
  type Resolution,
  type ResolutionOutcome,
  type ResolvedFact,
} from "../../../shared/payments/resolution.ts";
import type { EpochMs } from "../../../shared/platform/clock.ts";
import type { AccountId } from "../../../shared/platform/ids.ts";

export type ResolutionRequest = {
  readonly outcome: ResolutionOutcome;
  readonly reason: string;
  readonly evidence: string;
};

export const resolvedFact = (
  { outcome, reason, evidence }: ResolutionRequest,
  by: AccountId,
  observedAt: EpochMs,
): ResolvedFact => ({ type: "resolved", source: "ops", outcome, reason, evidence, by, observedAt });

type Known = { readonly status: string; readonly resolution?: Resolution };

/** It has ended, and not by this request. */
export const endedOtherwise = (known: Known): Problem => {
  const who = decidedBy(known) === "ops" ? "People of ops have ended it before" : "Its channel says so";
  return problem("conflict", {
    detail: `It is ${known.status}. ${who}.`,
    extensions: { outcome: known.status, decidedBy: decidedBy(known) },
  });
};

/** @param when it can be ended by hand, as a part of a sentence */
export const notGivenUp = ({ status }: Known, when: string): Problem =>
  problem("conflict", {
    detail: `It is ${status}, and its channel is still asked about it. It can be ended by hand ${when}.`,
  });

/** The channel was asked once more, and it goes on there. */
export const stillGoing = ({ status }: Known): Problem =>
  problem("conflict", { detail: `Its channel was asked once more and says that it is ${status}.` });
