/** The next check of a refund that has not ended: ask for it at the channel if that is not known to have happened, else ask how it stands. */
import type { OpenedChannel } from "../../shared/payments/open-channels.ts";
import { mayBeSubmitted } from "../../shared/payments/payment.ts";
import {
  type ChannelRefund,
  isOpenRefund,
  nextRefundCheckOf,
  type OpenRefund,
} from "../../shared/payments/refund.ts";
import { refundReplacement } from "../../shared/payments/refund-store.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { PaymentDeps } from "./deps.ts";
import { type RecordRefundOptions, recordRefundFact } from "./record-refund.ts";
import { queryRefund, submitRefund } from "./submit-refund.ts";

/** The refund after its channel was asked about it. */
export type AskedRefund = {
  readonly refund: ChannelRefund;
  /** `false`: nobody knows more than before. */
  readonly isAnswered: boolean;
};

/**
 * One more question about a refund that has not ended, and what follows from the answer. One whose id at the channel
 * is not known is asked for again, as long as that is safe.
 */
export async function askAboutRefund(
  deps: PaymentDeps,
  refund: OpenRefund,
  opened: OpenedChannel,
  options: RecordRefundOptions,
): Promise<AskedRefund> {
  const now = deps.platform.clock.now();
  const { channelRefundId } = refund;
  if (channelRefundId !== undefined) {
    const fact = await queryRefund(deps, { ...refund, channelRefundId }, opened, options.log);
    if (fact === "no-answer" || fact === "refused") return { refund, isAnswered: false };
    return { refund: await recordRefundFact(deps, refund, fact, options), isAnswered: true };
  }
  const { refunds, idempotencyWindowMs } = opened.channel.capabilities;
  const windowMs = (refunds.supported ? refunds.idempotencyWindowMs : undefined) ?? idempotencyWindowMs;
  if (mayBeSubmitted(refund, windowMs, now)) {
    const after = await submitRefund(deps, refund, opened, options.log);
    return after.version === refund.version
      ? { refund, isAnswered: false }
      : { refund: after, isAnswered: true };
  }
  const lostSight = { type: "lost-sight", observedAt: now } as const;
  return { refund: await recordRefundFact(deps, refund, lostSight, options), isAnswered: false };
}

async function advance(deps: PaymentDeps, refund: OpenRefund, log: Log): Promise<"moved" | "no-answer"> {
  const opened = await deps.channels.open(refund.channel);
  if (opened === undefined) throw new Error(`there is no channel ${refund.channel}`);
  const asked = await askAboutRefund(deps, refund, opened, { reschedule: true, log });
  return asked.refund === refund ? "no-answer" : "moved";
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
