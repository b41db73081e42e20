/** Asking a channel how a dispute stands: because a callback said so, or because a day has passed. */
import type { DisputeFact } from "../../shared/channels/facts.ts";
import { isOpenDispute, nextDisputeCheckOf } from "../../shared/payments/dispute.ts";
import { disputeReplacement } from "../../shared/payments/dispute-store.ts";
import type { OpenedChannel } from "../../shared/payments/open-channels.ts";
import { isChannelPayment } from "../../shared/payments/payment.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { PaymentDeps } from "./deps.ts";
import { isOfMode } from "./observe.ts";
import { observedDispute, recordDispute } from "./record-dispute.ts";

/** The channel's present answer about a dispute; which payment it is of may be known by the answer only. */
export async function queryDispute(
  { channel, transport, ...rest }: OpenedChannel,
  channelDisputeId: string,
  log: Log,
): Promise<DisputeFact | "no-answer" | "refused"> {
  if (channel.queryDispute === undefined) return "refused";
  const outcome = await transport.run(channel.queryDispute(channelDisputeId));
  if (outcome.outcome === "ok")
    return isOfMode(outcome.value, { channel, transport, ...rest }, log) ? outcome.value : "refused";
  const fields = { channelDisputeId, outcome: outcome.outcome, detail: outcome.detail };
  log.warn("dispute-unanswered", fields);
  return outcome.outcome === "declined" ? "refused" : "no-answer";
}

/** The next look at a dispute that is open. */
export async function checkDispute(
  deps: PaymentDeps,
  paymentId: string,
  disputeId: string,
  log: Log,
): Promise<void> {
  const [dispute, payment] = await Promise.all([
    deps.disputes.get(paymentId, disputeId),
    deps.payments.get(paymentId),
  ]);
  const now = deps.platform.clock.now();
  if (dispute === undefined || !isOpenDispute(dispute) || dispute.nextCheckAt > now) return;
  try {
    if (payment === undefined || !isChannelPayment(payment)) throw new Error("a dispute has no payment");
    const opened = await deps.channels.open(dispute.channel);
    if (opened === undefined) throw new Error(`there is no channel ${dispute.channel}`);
    const fact = await queryDispute(opened, dispute.channelDisputeId, log);
    if (typeof fact !== "string") {
      await recordDispute(deps, payment, dispute.channelDisputeId, observedDispute(fact, now), log);
      return;
    }
  } catch (cause) {
    log.error("dispute-check-failed", cause, { paymentId, disputeId });
  }
  await deps.table.put(disputeReplacement(dispute, { ...dispute, nextCheckAt: nextDisputeCheckOf(now) }));
}
