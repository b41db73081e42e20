/**
 * Ends a withdrawal whose outcome nobody can find out by asking. Its channel is asked once more, and where it answers
 * with an end, that is the end. What people found out is a fact like any other: the same fold takes it up, and the same
 * transaction moves the money. Idempotent by nature: a withdrawal ends once.
 */
import type { Problem } from "../../../shared/http/problems.ts";
import { problem } from "../../../shared/http/problems.ts";
import type { RouteHandler } from "../../../shared/http/serve.ts";
import { present } from "../../../shared/payments/present.ts";
import { decidedBy, isResolvedSo, type Resolution } from "../../../shared/payments/resolution.ts";
import { payoutFactIdOf } from "../../../shared/payouts/fact.ts";
import { isGivenUp, isOpenPayout, type OpenPayout, type Payout } from "../../../shared/payouts/payout.ts";
import { toTimestamp } from "../../../shared/platform/clock.ts";
import type { Log } from "../../../shared/platform/log.ts";
import type { PaymentDeps } from "../deps.ts";
import { type AskedAgain, askAboutPayout } from "../withdrawals/check-payout.ts";
import { movePayout } from "../withdrawals/record-payout.ts";
import type { resolutionRoutes } from "./contract.ts";
import { endedOtherwise, notGivenUp, resolvedFact, stillGoing } from "./resolution.ts";

const WHEN = "once it needs attention, or a week after it should have ended";

const viewOf = (payout: Payout) => {
  const { id, status, owner, amount, channel, failure, updatedAt } = payout;
  const shown = { decidedBy: decidedBy(payout), updatedAt: toTimestamp(updatedAt) };
  return present({ id, status, owner, amount, channel, failure, ...shown });
};

/** A channel that this stage has no more can tell nothing. */
async function askedOnceMore(deps: PaymentDeps, payout: OpenPayout, log: Log): Promise<AskedAgain> {
  const opened = await deps.channels.open(payout.channel);
  return opened === undefined ? { payout, isAnswered: false } : askAboutPayout(deps, payout, opened, { log });
}

/** Nobody knows more than before: what a person has to look into, or what was not answered. */
const isStillOpen = ({ payout, isAnswered }: AskedAgain): boolean =>
  isOpenPayout(payout) && (payout.attention !== undefined || !isAnswered);

export const resolveWithdrawal =
  (deps: PaymentDeps): RouteHandler<typeof resolutionRoutes.resolveWithdrawal> =>
  async ({ params, body, caller, request }) => {
    const known = await deps.payouts.get(params.id);
    if (known === undefined) return problem("not-found");
    const { clock, metrics } = deps.platform;
    const log = deps.platform.log.with({ withdrawalId: known.id, correlationId: request.correlationId });
    const fact = resolvedFact(body, caller.accountId, clock.now());
    const asked: Resolution = { outcome: body.outcome, factId: payoutFactIdOf(known.id, fact) };
    const ended = (
      payout: Payout,
      replayed: boolean,
    ): Problem | { body: ReturnType<typeof viewOf>; replayed: boolean } =>
      isResolvedSo(payout, asked) ? { body: viewOf(payout), replayed } : endedOtherwise(payout);

    if (!isOpenPayout(known)) return ended(known, true);
    if (!isGivenUp(known, clock.now())) return notGivenUp(known, WHEN);
    const again = await askedOnceMore(deps, known, log);
    if (!isOpenPayout(again.payout)) return ended(again.payout, false);
    if (!isStillOpen(again)) return stillGoing(again.payout);
    const { payout, isMoved } = await movePayout(deps, again.payout, fact, { log });
    if (isOpenPayout(payout)) return stillGoing(payout);
    if (isMoved) {
      metrics.count("WithdrawalsResolved");
      log.info("withdrawal-resolved", { outcome: body.outcome, by: caller.accountId });
    }
    return ended(payout, !isMoved);
  };
