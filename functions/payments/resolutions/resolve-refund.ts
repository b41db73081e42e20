/**
 * Ends a refund through a channel whose outcome nobody can find out by asking. Its channel is asked once more, where it
 * can be: by its own id of the refund, or by asking for the same refund again. Where it answers with an end, that is the
 * end. Idempotent by nature: what people say ends a refund once.
 */
import type { Problem } from "../../../shared/http/problems.ts";
import { problem } from "../../../shared/http/problems.ts";
import type { RouteHandler } from "../../../shared/http/serve.ts";
import { present } from "../../../shared/payments/present.ts";
import {
  type ChannelRefund,
  isOpenRefund,
  isRefundGivenUp,
  type OpenRefund,
  refundFactIdOf,
} from "../../../shared/payments/refund.ts";
import { decidedBy, isResolvedSo, type Resolution } from "../../../shared/payments/resolution.ts";
import { toTimestamp } from "../../../shared/platform/clock.ts";
import type { Log } from "../../../shared/platform/log.ts";
import { type AskedRefund, askAboutRefund } from "../check-refund.ts";
import type { PaymentDeps } from "../deps.ts";
import { moveRefund } from "../record-refund.ts";
import type { resolutionRoutes } from "./contract.ts";
import { endedOtherwise, notGivenUp, resolvedFact, stillGoing } from "./resolution.ts";

const WHEN = "once it needs attention, or when it is 30 days old";

const viewOf = (refund: ChannelRefund) => {
  const { id, paymentId, status, amount, channel, failure, updatedAt } = refund;
  const shown = { decidedBy: decidedBy(refund), updatedAt: toTimestamp(updatedAt) };
  return present({ id, paymentId, status, amount, channel, failure, ...shown });
};

/** A channel that this stage has no more can tell nothing. */
async function askedOnceMore(deps: PaymentDeps, refund: OpenRefund, log: Log): Promise<AskedRefund> {
  const opened = await deps.channels.open(refund.channel);
  return opened === undefined ? { refund, isAnswered: false } : askAboutRefund(deps, refund, opened, { log });
}

export const resolveRefund =
  (deps: PaymentDeps): RouteHandler<typeof resolutionRoutes.resolveRefund> =>
  async ({ params, body, caller, request }) => {
    const known = await deps.refunds.byId(params.id);
    // One into a balance is done in the moment it is asked for: there is nothing to end.
    if (known?.to !== "channel") return problem("not-found");
    const { clock, metrics } = deps.platform;
    const log = deps.platform.log.with({ refundId: known.id, correlationId: request.correlationId });
    const fact = resolvedFact(body, caller.accountId, clock.now());
    const asked: Resolution = { outcome: body.outcome, factId: refundFactIdOf(known.id, fact) };
    const ended = (
      refund: ChannelRefund,
      replayed: boolean,
    ): Problem | { body: ReturnType<typeof viewOf>; replayed: boolean } =>
      isResolvedSo(refund, asked) ? { body: viewOf(refund), replayed } : endedOtherwise(refund);

    if (!isOpenRefund(known)) return ended(known, true);
    if (!isRefundGivenUp(known, clock.now())) return notGivenUp(known, WHEN);
    const again = await askedOnceMore(deps, known, log);
    if (!isOpenRefund(again.refund)) return ended(again.refund, false);
    if (again.isAnswered && again.refund.status !== "needs_attention") return stillGoing(again.refund);
    const { refund, isMoved } = await moveRefund(deps, again.refund, fact, { log });
    if (isOpenRefund(refund)) return stillGoing(refund);
    if (isMoved) {
      metrics.count("RefundsResolved");
      log.info("refund-resolved", { outcome: body.outcome, by: caller.accountId });
    }
    return ended(refund, !isMoved);
  };
