/** The next check of a refund that has not ended: ask for it at the channel if that is not known to have happened, else ask how it stands. */
import { mayBeSubmitted } from "../../shared/payments/payment.ts";
import { isOpenRefund, nextRefundCheckOf, type OpenRefund } from "../../shared/payments/refund.ts";
import { refundReplacement } from "../../shared/payments/refund-store.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { PaymentDeps } from "./deps.ts";
import { recordRefundFact } from "./record-refund.ts";
import { queryRefund, submitRefund } from "./submit-refund.ts";

async function advance(deps: PaymentDeps, refund: OpenRefund, log: Log): Promise<"moved" | "no-answer"> {
  const opened = await deps.channels.open(refund.channel);
  if (opened === undefined) throw new Error(`there is no channel ${refund.channel}`);
  const now = deps.platform.clock.now();
  const { channelRefundId } = refund;
  if (channelRefundId !== undefined) {
    const fact = await queryRefund(deps, { ...refund, channelRefundId }, opened, log);
    if (fact === "no-answer" || fact === "refused") return "no-answer";
    await recordRefundFact(deps, refund, fact, { reschedule: true, log });
    return "moved";
  }
  const { refunds, idempotencyWindowMs } = opened.channel.capabilities;
  const windowMs = (refunds.supported ? refunds.idempotencyWindowMs : undefined) ?? idempotencyWindowMs;
  if (mayBeSubmitted(refund, windowMs, now)) {
    const after = await submitRefund(deps, refund, opened, log);
    return after.version === refund.version ? "no-answer" : "moved";
  }
  await recordRefundFact(deps, refund, { type: "lost-sight", observedAt: now }, { reschedule: true, log });
  return "moved";
}

/** Two sweeps at once may check the same refund: both ask, one records. */
export async function checkRefund(
  deps: PaymentDeps,
  paymentId: string,
  refundId: string,
  log: Log,
): Promise<void> {
  const refund = await deps.refunds.get(paymentId, refundId);
  const now = deps.platform.clock.now();
  if (refund === undefined || !isOpenRefund(refund) || refund.nextCheckAt > now) return;
  // Said each day again, until somebody has looked at it.
  if (refund.status === "needs_attention") deps.platform.metrics.count("RefundsNeedingAttention");
  try {
    if ((await advance(deps, refund, log)) === "moved") return;
  } catch (cause) {
    log.error("refund-check-failed", cause, { paymentId, refundId });
  }
  // Losing a race is fine: whoever won it has moved it too.
  await deps.table.put(refundReplacement(refund, { ...refund, nextCheckAt: nextRefundCheckOf(refund, now) }));
}
