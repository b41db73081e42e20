/**
 * The next check of a payment that has not ended: make it at the channel if that is not known to have happened, close
 * it when the payer's time is over or its owner called it off, else ask how it stands. Whatever comes of it, the
 * payment gets its next check or its end.
 */
import type { Fact } from "../../shared/payments/fact.ts";
import type { OpenedChannel } from "../../shared/payments/open-channels.ts";
import { isChannelPayment, isOpen, nextCheckOf, type OpenPayment } from "../../shared/payments/payment.ts";
import { replacement } from "../../shared/payments/store.ts";
import { type EpochMs, SECOND } from "../../shared/platform/clock.ts";
import type { Log } from "../../shared/platform/log.ts";
import { closeAtChannel } from "./close-payment.ts";
import type { PaymentDeps } from "./deps.ts";
import { query } from "./observe.ts";
import { recordFact } from "./record-fact.ts";
import { needsSubmit, submit } from "./submit.ts";

/** What a check found out: a fact, or that it has to be asked again. */
type Finding = Fact | "no-answer";

async function find(
  deps: PaymentDeps,
  payment: OpenPayment,
  opened: OpenedChannel,
  now: EpochMs,
  log: Log,
): Promise<Finding> {
  const isOver = now >= payment.expiresAt;
  const { channelPaymentId } = payment;
  if (channelPaymentId === undefined) {
    // The app never got what it needs to pay, so there is nothing to close.
    return isOver ? { type: "lapsed", observedAt: now } : "no-answer";
  }
  if (isOver || payment.cancelling === true) {
    const reason = isOver ? "expired" : "requested";
    const closing = await closeAtChannel(deps, opened, { ...payment, channelPaymentId }, reason, log);
    return closing.result === "no-answer" ? "no-answer" : closing.fact;
  }
  const answer = await query(deps, opened, payment, channelPaymentId, log);
  return answer === "refused" ? "no-answer" : answer;
}

/** Moves the next check on. Losing a race is fine: whoever won it has moved it too. */
async function postpone({ table, platform }: PaymentDeps, payment: OpenPayment): Promise<void> {
  const after = { ...payment, nextCheckAt: nextCheckOf(payment, platform.clock.now()) };
  await table.put(replacement(payment, after));
}

/**
 * Two sweeps at once may check the same payment: both ask, one records.
 * @returns seconds by which it is still unfinished beyond its expiry; 0 when it is not.
 */
export async function checkPayment(deps: PaymentDeps, id: string, log: Log): Promise<number> {
  const { payments, channels, platform } = deps;
  const payment = await payments.get(id);
  const now = platform.clock.now();
  // The index may lag: it ended, or was checked, a moment ago.
  if (payment === undefined || !isChannelPayment(payment) || !isOpen(payment) || payment.nextCheckAt > now)
    return 0;
  let after = payment;
  try {
    const opened = await channels.open(payment.channel);
    if (opened === undefined) throw new Error(`there is no channel ${payment.channel}`);
    // One that was called off before its id was known is made too: only then can it be closed.
    if (now < payment.expiresAt && needsSubmit(payment, opened, now)) {
      const submitted = await submit(deps, payment, opened, log);
      const isDone = !isOpen(submitted) || (submitted.nextCheckAt > now && submitted.cancelling !== true);
      if (isDone) return 0;
      after = submitted;
    }
    const finding = await find(deps, after, opened, now, log);
    if (finding !== "no-answer") {
      const recorded = await recordFact(deps, after, finding, { reschedule: true, log });
      return isOpen(recorded) ? secondsBeyondExpiry(recorded, now) : 0;
    }
  } catch (cause) {
    log.error("payment-check-failed", cause, { paymentId: id });
  }
  await postpone(deps, after);
  return secondsBeyondExpiry(payment, now);
}

/** What the channel is processing takes its time; anything else should have ended at its expiry. */
const secondsBeyondExpiry = ({ status, expiresAt }: OpenPayment, now: EpochMs): number =>
  status === "processing" ? 0 : Math.max(0, Math.floor((now - expiresAt) / SECOND));
