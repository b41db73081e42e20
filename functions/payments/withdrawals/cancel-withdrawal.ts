/**
 * Calls a withdrawal off that waits for its recipient: the channel is asked to end it. Unless it says that the money was
 * delivered, the withdrawal is marked as called off: nobody is asked to confirm it any more, and the sweep asks the
 * channel again until it has ended. What is marked was acknowledged, so asking again is answered alike, whatever came
 * of it.
 */
import { type Problem, problem } from "../../../shared/http/problems.ts";
import type { RouteHandler } from "../../../shared/http/serve.ts";
import type { OpenedChannel } from "../../../shared/payments/open-channels.ts";
import type { PayoutFactLine } from "../../../shared/payouts/fact.ts";
import { isOpenPayout, type Payout } from "../../../shared/payouts/payout.ts";
import type { Log } from "../../../shared/platform/log.ts";
import type { PaymentDeps } from "../deps.ts";
import type { withdrawalsRoutes } from "./contract.ts";
import { movePayout } from "./record-payout.ts";
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

/** What the channel makes of it; a word when nobody knows. */
async function askedToEnd(deps: PaymentDeps, payout: Payout, opened: OpenedChannel, log: Log) {
  const answer = await cancelPayout(deps, payout, opened, log);
  // It may have moved on at the channel a moment ago.
  return answer === "refused" || answer === "not-found" ? queryPayout(deps, payout, opened, log) : answer;
}

/** Whether a cancellation of it is or was acknowledged: it did not go through, or was marked in time. */
const isCalledOff = ({ status, cancelling }: Payout): boolean =>
  status === "cancelled" || cancelling === true;

export const cancelWithdrawal =
  (deps: PaymentDeps): RouteHandler<typeof withdrawalsRoutes.cancelWithdrawal> =>
  async ({ params, caller, request }) => {
    const payout = await deps.payouts.get(params.id);
    if (payout?.owner !== caller.accountId) return problem("not-found");
    if (isCalledOff(payout) && !isOpenPayout(payout))
      return { body: toWithdrawalView(payout), replayed: true };
    if (payout.status !== "requires_action" && !isCalledOff(payout)) return conflict(payout);
    const opened = await deps.channels.open(payout.channel);
    if (opened === undefined) throw new Error(`there is no channel ${payout.channel}`);
    const { payouts } = opened.channel.capabilities;
    // A channel that makes no payouts any more still ends those that it began.
    if (opened.channel.cancelPayout === undefined || (payouts.supported && !payouts.cancel))
      return conflict(payout);

    const log = deps.platform.log.with({ withdrawalId: payout.id, correlationId: request.correlationId });
    const answer = await askedToEnd(deps, payout, opened, log);
    const record = (known: Payout, fact: PayoutFactLine) => movePayout(deps, known, fact, { log });
    const called = { type: "called-off", observedAt: deps.platform.clock.now() } as const;
    const isTooLate =
      typeof answer !== "string" && answer.type === "observed" && answer.status === "succeeded";
    const { payout: noted, isMoved } = await record(payout, isTooLate ? answer : called);
    const isSettled = isTooLate || typeof answer === "string" || !isOpenPayout(noted);
    const { payout: after } = isSettled ? { payout: noted } : await record(noted, answer);
    return isCalledOff(after) ? { body: toWithdrawalView(after), replayed: !isMoved } : conflict(after);
  };
