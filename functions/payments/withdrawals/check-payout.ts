/**
 * The next check of a withdrawal that has not ended: ask for its payout if that is not known to exist, end it at the
 * channel if its owner called it off, else ask how it stands. Whatever comes of it, it gets its next check or its end.
 * A delivered one is asked about a few times more, as it may come back and the callback that tells of it get lost.
 */
import type { OpenedChannel } from "../../../shared/payments/open-channels.ts";
import { mayBeSubmitted } from "../../../shared/payments/payment.ts";
import type { PayoutFactLine } from "../../../shared/payouts/fact.ts";
import {
  type EndedPayout,
  isOpenPayout,
  nextPayoutCheckOf,
  nextWatchUnanswered,
  type OpenPayout,
  type Payout,
  secondsOverdue,
  watchedAgain,
} from "../../../shared/payouts/payout.ts";
import { payoutReplacement } from "../../../shared/payouts/store.ts";
import type { Log } from "../../../shared/platform/log.ts";
import type { PaymentDeps } from "../deps.ts";
import { type RecordPayoutOptions, recordPayoutFact } from "./record-payout.ts";
import { type AskedPayout, cancelPayout, queryPayout, submitPayout } from "./submit-payout.ts";

/** The channel says that it never made the payout, when it can no longer be asked for. */
const neverMade = (observedAt: number): PayoutFactLine => ({
  type: "declined",
  failure: { code: "never-made", message: "The channel never made the payout." },
  observedAt,
});

/** The withdrawal as it was written meanwhile. */
type Moved = { readonly moved: Payout };

/** A payout that nobody knows of: whether it exists at the channel is found out without ever making a second one. */
async function findOut(
  deps: PaymentDeps,
  payout: OpenPayout,
  opened: OpenedChannel,
  log: Log,
): Promise<AskedPayout | Moved> {
  const { channel } = opened;
  const now = deps.platform.clock.now();
  const mayRepeat = mayBeSubmitted(payout, channel.capabilities.idempotencyWindowMs, now);
  if (mayRepeat && channel.payout !== undefined) {
    const after = await submitPayout(deps, payout, opened, log, { isFirst: false });
    return after.version === payout.version ? "no-answer" : { moved: after };
  }
  const found = await queryPayout(deps, payout, opened, log);
  if (typeof found !== "string") return found;
  // The request may still be on its way inside the channel.
  if (mayRepeat) return "no-answer";
  return found === "not-found" ? neverMade(now) : { type: "lost-sight", observedAt: now };
}

async function find(
  deps: PaymentDeps,
  payout: OpenPayout,
  opened: OpenedChannel,
  log: Log,
): Promise<AskedPayout | Moved> {
  if (payout.channelPayoutId === undefined) return findOut(deps, payout, opened, log);
  if (payout.cancelling === true && payout.status === "requires_action") {
    const cancelled = await cancelPayout(deps, payout, opened, log);
    if (typeof cancelled !== "string") return cancelled;
  }
  return queryPayout(deps, payout, opened, log);
}

/** The withdrawal after its channel was asked about it. */
export type AskedAgain = {
  readonly payout: Payout;
  /** `false`: nobody knows more than before, so it has to be asked about again. */
  readonly isAnswered: boolean;
};

/** One more question about a withdrawal that has not ended, and what follows from the answer. */
export async function askAboutPayout(
  deps: PaymentDeps,
  payout: OpenPayout,
  opened: OpenedChannel,
  options: RecordPayoutOptions,
): Promise<AskedAgain> {
  const finding = await find(deps, payout, opened, options.log);
  if (typeof finding === "string") return { payout, isAnswered: false };
  if ("moved" in finding) return { payout: finding.moved, isAnswered: true };
  const after = await recordPayoutFact(deps, payout, finding, options);
  return { payout: after, isAnswered: finding.type === "observed" || finding.type === "declined" };
}

/** @throws Error when this stage has no such channel: it had it when the withdrawal was made. */
async function openedFor({ channels }: PaymentDeps, { channel }: Payout): Promise<OpenedChannel> {
  const opened = await channels.open(channel);
  if (opened === undefined) throw new Error(`there is no channel ${channel}`);
  return opened;
}

/** @returns the withdrawal as it was written; nothing when it has to be asked for again. */
async function advance(deps: PaymentDeps, payout: OpenPayout, log: Log): Promise<Payout | undefined> {
  const options = { reschedule: true, log };
  const asked = await askAboutPayout(deps, payout, await openedFor(deps, payout), options);
  return asked.payout === payout ? undefined : asked.payout;
}

/** Whether a delivered withdrawal has come back, or what people decided is what the channel says. */
async function watch(deps: PaymentDeps, payout: EndedPayout, log: Log): Promise<void> {
  const now = deps.platform.clock.now();
  try {
    const answer = await queryPayout(deps, payout, await openedFor(deps, payout), log);
    if (typeof answer !== "string") {
      await recordPayoutFact(deps, payout, answer, { reschedule: true, log });
      return;
    }
  } catch (cause) {
    log.error("withdrawal-check-failed", cause, { withdrawalId: payout.id });
  }
  // Losing a race is fine: whoever won it has moved it too.
  await deps.table.put(payoutReplacement(payout, watchedAgain(payout, nextWatchUnanswered(payout, now))));
}

/**
 * Two sweeps at once may check the same withdrawal: both ask, one records.
 * @returns seconds by which it is unfinished beyond what is usual; 0 when it is not.
 */
export async function checkPayout(deps: PaymentDeps, id: string, log: Log): Promise<number> {
  const payout = await deps.payouts.get(id);
  const now = deps.platform.clock.now();
  // The index may lag: it ended, or was checked, a moment ago.
  if (payout?.nextCheckAt === undefined || payout.nextCheckAt > now) return 0;
  if (!isOpenPayout(payout)) {
    await watch(deps, payout, log);
    return 0;
  }
  // Said each day again, until somebody has looked at it.
  if (payout.attention !== undefined) deps.platform.metrics.count("WithdrawalsNeedingAttention");
  try {
    const after = await advance(deps, payout, log);
    if (after !== undefined) return isOpenPayout(after) ? secondsOverdue(after, now) : 0;
  } catch (cause) {
    log.error("withdrawal-check-failed", cause, { withdrawalId: id });
  }
  // Losing a race is fine: whoever won it has moved it too.
  await deps.table.put(payoutReplacement(payout, { ...payout, nextCheckAt: nextPayoutCheckOf(payout, now) }));
  return secondsOverdue(payout, now);
}
