/** What follows from a callback about a payout: find the withdrawal, ask the channel, fold the answer. */
import type { CallbackRecord } from "../../../shared/payments/callback-record.ts";
import type { Payout } from "../../../shared/payouts/payout.ts";
import type { Log } from "../../../shared/platform/log.ts";
import type { PaymentDeps } from "../deps.ts";
import { recordPayoutFact } from "./record-payout.ts";
import { queryPayout } from "./submit-payout.ts";

/** The withdrawal a callback refers to, by whichever of its ids. */
async function payoutOf(
  { payouts }: PaymentDeps,
  { channel, payoutId, channelPayoutId }: CallbackRecord,
): Promise<Payout | undefined> {
  const named = payoutId === undefined ? undefined : await payouts.get(payoutId);
  if (named?.channel === channel) return named;
  return channelPayoutId === undefined ? undefined : payouts.byChannelPayout(channel, channelPayoutId);
}

/**
 * `unmatched`: nothing it refers to is known yet.
 * @throws Error when the channel does not answer, so that the queue tries again.
 */
export async function followPayout(
  deps: PaymentDeps,
  record: CallbackRecord,
  log: Log,
): Promise<"followed" | "unmatched"> {
  const payout = await payoutOf(deps, record);
  if (payout === undefined) return "unmatched";
  // Nothing follows what came back.
  if (payout.status === "returned") return "followed";
  const opened = await deps.channels.open(record.channel);
  if (opened === undefined) throw new Error(`there is no channel ${record.channel}`);
  const callback = { eventId: record.channelEventId, type: record.type };
  const { channelPayoutId } = record;
  const answer = await queryPayout(deps, payout, opened, log, { callback, channelPayoutId });
  if (answer === "no-answer") {
    // Some channels find payouts by their own id only: it is learnt by asking for the payout again, as the sweep does.
    if ((payout.channelPayoutId ?? channelPayoutId) === undefined) return "followed";
    throw new Error(`the channel did not answer about ${payout.id}`);
  }
  if (typeof answer !== "string") await recordPayoutFact(deps, payout, answer, { log });
  return "followed";
}
