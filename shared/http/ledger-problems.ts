/** The ledger's refusals as problems. Nothing about the other party's account is told. */
import type { LedgerAccount } from "../ledger/account.ts";
import type { LedgerRefusal } from "../ledger/posting.ts";
import { SECOND } from "../platform/clock.ts";
import { type Problem, problem } from "./problems.ts";

/** @param own the caller's account: only its numbers are shown. */
export function ledgerProblem(refusal: LedgerRefusal, own: LedgerAccount): Problem {
  switch (refusal.code) {
    case "insufficient-funds":
      return problem("insufficient-funds");
    case "account-frozen":
      return refusal.account === own ? problem("account-frozen") : problem("conflict");
    case "session-revoked":
      return problem("unauthenticated");
    case "currency-not-supported":
      return problem("currency-not-supported");
    case "limit-exceeded":
      return problem("limit-exceeded", {
        detail: `This is more than the limit per ${refusal.limit} leaves.`,
        ...(refusal.account === own
          ? { extensions: { limit: refusal.limit, remaining: refusal.remaining } }
          : {}),
      });
    case "velocity-exceeded":
      return problem("velocity-exceeded", {
        detail: `So many payments may leave in one ${refusal.period}, and no more.`,
        ...(refusal.account === own
          ? {
              retryAfterSeconds: Math.max(1, Math.ceil(refusal.waitMs / SECOND)),
              extensions: { period: refusal.period, allowed: refusal.allowed },
            }
          : {}),
      });
  }
}
