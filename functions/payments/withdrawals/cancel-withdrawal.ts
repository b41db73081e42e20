/**
 * Calls a withdrawal off that waits for its recipient. That it was called off is written first, so that nobody is
 * asked to confirm it any more and the sweep asks the channel again; what the channel says decides.
 */
import { type Problem, problem } from "../../../shared/http/problems.ts";
import type { RouteHandler } from "../../../shared/http/serve.ts";
import type { OpenedChannel } from "../../../shared/payments/open-channels.ts";
import { isOpenPayout, type Payout } from "../../../shared/payouts/payout.ts";
import type { Log } from "../../../shared/platform/log.ts";
import type { PaymentDeps } from "../deps.ts";
import type { withdrawalsRoutes } from "./contract.ts";
import { movePayout, recordPayoutFact } from "./record-payout.ts";
import { cancelPayout, queryPayout } from "./submit-payout.ts";
import { toWithdrawalView } from "./view.ts";

const sentences: Readonly<Record<Payout["status"], string>> = {
  created: "It is not known yet whether the channel has the withdrawal. Try again shortly.",
  requires_action: "This channel does not take withdrawals back.",
  processing: "The withdrawal is on its way.",
  succeeded: "The withdrawal was delivered.",
  failed: "The withdrawal has ended.",
  cancelled: "The withdrawal has ended.",
  returned: "The withdrawal has ended.",
};

const conflict = ({ status }: Payout): Problem => problem("conflict", { detail: sentences[status] });

/** What the channel makes of it; as it is when nobody knows. */
async function ended(deps: PaymentDeps, payout: Payout, opened: OpenedChannel, log: Log): Promise<Payout> {
  let answer = await cancelPayout(deps, payout, opened, log);
  // It may have moved on at the channel a moment ago.
  if (answer === "refused" || answer === "not-found") answer = await queryPayout(deps, payout, opened, log);
  return typeof answer === "string" ? payout : recordPayoutFact(deps, payout, answer, { log });
}

const isOver = (payout: Payout): boolean => !isOpenPayout(payout) && payout.status !== "succeeded";

export const cancelWithdrawal =
  (deps: PaymentDeps): RouteHandler<typeof withdrawalsRoutes.cancelWithdrawal> =>
  async ({ params, caller, request }) => {
    const payout = await deps.payouts.get(params.id);
    if (payout?.owner !== caller.accountId) return problem("not-found");
    const isCalledOff = payout.cancelling === true;
    // What was asked for has happened.
    if (payout.status === "cancelled" || (isCalledOff && isOver(payout)))
      return { body: toWithdrawalView(payout), replayed: true };
    const isStillOpen = payout.status === "requires_action" || (isCalledOff && isOpenPayout(payout));
    if (!isStillOpen) return conflict(payout);
    const opened = await deps.channels.open(payout.channel);
    if (opened === undefined) throw new Error(`there is no channel ${payout.channel}`);
    const { payouts } = opened.channel.capabilities;
    // A channel that makes no payouts any more still ends those that it began.
    if (opened.channel.cancelPayout === undefined || (payouts.supported && !payouts.cancel))
      return conflict(payout);

    const log = deps.platform.log.with({ withdrawalId: payout.id, correlationId: request.correlationId });
    const fact = { type: "called-off", observedAt: deps.platform.clock.now() } as const;
    const { payout: calledOff, isMoved } = await movePayout(deps, payout, fact, { log });
    const after = isOpenPayout(calledOff) ? await ended(deps, calledOff, opened, log) : calledOff;
    return after.status === "succeeded"
      ? conflict(after)
      : { body: toWithdrawalView(after), replayed: !isMoved };
  };
