/**
 * Starts a withdrawal. Its money is held in the transaction that writes its record, before the channel is asked: so
 * what is on its way out cannot be spent, and whatever happens on the way the sweep finds the withdrawal.
 */
import { fingerprintOf, idempotentId, keyReused } from "../../../shared/http/idempotency.ts";
import { ledgerProblem } from "../../../shared/http/ledger-problems.ts";
import { fieldErrors, type Problem, problem } from "../../../shared/http/problems.ts";
import type { RouteHandler, RouteInput } from "../../../shared/http/serve.ts";
import { userAccount } from "../../../shared/ledger/account.ts";
import { placementOf } from "../../../shared/ledger/holds.ts";
import type { CommitRequest } from "../../../shared/ledger/store.ts";
import type { OpenedChannel } from "../../../shared/payments/open-channels.ts";
import { mayBeSubmitted } from "../../../shared/payments/payment.ts";
import { isCarried } from "../../../shared/payments/split.ts";
import { toPayoutItem } from "../../../shared/payouts/codec.ts";
import {
  nextPayoutCheckOf,
  type OpenPayout,
  PAYOUT_HOLD_MS,
  type Payout,
  payoutHoldId,
} from "../../../shared/payouts/payout.ts";
import { recipientOf } from "../../../shared/payouts/recipient.ts";
import type { EpochMs } from "../../../shared/platform/clock.ts";
import type { PayoutId } from "../../../shared/platform/ids.ts";
import { pii } from "../../../shared/platform/redacted.ts";
import { limitShareOf } from "../../../shared/risk/levels.ts";
import { requireStepUp, stepUpRequired } from "../../../shared/step-ups/require-step-up.ts";
import type { StepUpSubject } from "../../../shared/step-ups/step-up.ts";
import { NOT_EXISTS, type WriteOperation } from "../../../shared/table/table.ts";
import type { PaymentDeps, RiskDeps } from "../deps.ts";
import { afterFirstRequest } from "../first-request.ts";
import { withdrawalsRoutes } from "./contract.ts";
import { submitPayout } from "./submit-payout.ts";
import { toWithdrawalView } from "./view.ts";

const route = withdrawalsRoutes.createWithdrawal;
type Input = RouteInput<typeof route>;

const answer = (payout: Payout, replayed: boolean) =>
  payout.status === "failed" && payout.channelPayoutId === undefined
    ? problem("withdrawal-declined", { extensions: { reason: payout.failure?.code } })
    : { body: toWithdrawalView(payout), replayed };

type Reply = ReturnType<typeof answer>;

const isProblem = (value: OpenPayout | Problem): value is Problem => "problem" in value;

/** A step-up is how it was confirmed, not what was asked for: another one is the same request. */
const fingerprint = ({ body: { stepUp: _, ...intent } }: Input): string => fingerprintOf(intent);

const stepUpSubject = ({ body, caller }: Input): StepUpSubject => ({
  accountId: caller.accountId,
  operation: "withdrawal",
  amount: body.amount,
});

/** What its channel's capabilities make of a request, before anything is written. */
function payoutFor(
  input: Input,
  id: PayoutId,
  opened: OpenedChannel | undefined,
  now: EpochMs,
): OpenPayout | Problem {
  const { body, caller, request } = input;
  const { amount, channel } = body;
  if (opened === undefined || !opened.enabled) return problem("channel-not-available");
  const { payouts } = opened.channel.capabilities;
  if (!payouts.supported || opened.channel.payout === undefined)
    return problem("channel-not-available", { detail: "This channel pays nothing out." });
  const range = payouts.currencies[amount.currency];
  if (range === undefined) return problem("currency-not-supported");
  if (!isCarried(amount.value, range)) {
    const { min, max, step } = range;
    return problem("amount-not-supported", {
      detail: `This channel pays ${min} to ${max} minor units of ${amount.currency} out, in steps of ${step}.`,
      extensions: { min, max, step },
    });
  }
  const recipient = recipientOf(opened.recipients, body.recipient);
  if (!recipient.ok) {
    return problem("invalid-request", { errors: fieldErrors(["body", "recipient"], recipient.error) });
  }
  const times = {
    status: "created",
    createdAt: now,
    updatedAt: now,
    actionUntil: now + payouts.actionWindowMs,
  } as const;
  return {
    ...times,
    id,
    owner: caller.accountId,
    amount,
    channel,
    recipient: pii(recipient.value),
    holdId: payoutHoldId(id),
    ...(payouts.returnsWithinMs > 0 ? { returnsWithinMs: payouts.returnsWithinMs } : {}),
    observedAt: 0,
    nextCheckAt: nextPayoutCheckOf(times, now),
    fingerprint: fingerprint(input),
    correlationId: request.correlationId,
    version: 1,
  };
}

/** The hold and the record: 4 items, 8 write units, and 2 for a step-up. */
function commitOf(
  { caller }: Input,
  payout: OpenPayout,
  limitShare: number,
  stepUp: readonly WriteOperation[],
): CommitRequest {
  const account = userAccount(payout.owner);
  const { posting, record, write } = placementOf(
    {
      id: payout.holdId,
      account,
      amount: payout.amount,
      expiresAt: payout.createdAt + PAYOUT_HOLD_MS,
      memo: `withdrawal:${payout.id}`,
      actor: { ...caller.session, account },
      limitShare,
    },
    payout.createdAt,
  );
  return {
    posting,
    record: { ...record, withdrawalId: payout.id },
    also: [write, { put: toPayoutItem(payout), condition: NOT_EXISTS }, ...stepUp],
    listEntries: true,
  };
}

export const createWithdrawal =
  (deps: PaymentDeps & RiskDeps): RouteHandler<typeof route> =>
  async (input): Promise<Reply> => {
    const { body, caller, idempotencyKey, request } = input;
    const id = idempotentId("payout", caller.accountId, route, idempotencyKey);
    const log = deps.platform.log.with({ withdrawalId: id, correlationId: request.correlationId });
    const [existing, opened] = await Promise.all([deps.payouts.get(id), deps.channels.open(body.channel)]);
    // What was promised once is answered again, whatever has changed since.
    if (existing !== undefined) return replay(existing);
    if (!caller.consented) return problem("consent-required");
    const now = deps.platform.clock.now();
    const payout = payoutFor(input, id, opened, now);
    if (isProblem(payout)) return payout;
    const { levels, stepUp: stepUps } = deps.risk;
    const stepUp = requireStepUp(stepUps, stepUpSubject(input), body.stepUp, now);
    if (!stepUp.ok) return stepUp.error;
    const limitShare = limitShareOf(levels, caller, now);
    const outcome = await deps.ledger.commit(commitOf(input, payout, limitShare, stepUp.value));
    switch (outcome.outcome) {
      case "committed":
        return answer(await brought(payout, true), false);
      case "exists":
      case "condition-refused": {
        const winner = await deps.payouts.get(id);
        if (winner !== undefined) return replay(winner);
        if (stepUp.value.length === 0) throw new Error(`the withdrawal ${id} is and is not there`);
        return stepUpRequired(stepUpSubject(input));
      }
      case "refused":
        return ledgerProblem(outcome.refusal, userAccount(caller.accountId));
      case "busy":
        return problem("temporarily-unavailable", { retryAfterSeconds: 1 });
      case "no-such-account":
        throw new Error("the ledger does not know who withdraws");
    }

    /** The same key again: the same withdrawal, brought further if its first request can no longer do that. */
    async function replay(found: Payout): Promise<Reply> {
      if (found.fingerprint !== fingerprint(input)) return keyReused();
      const known = await afterFirstRequest(deps.platform, found, () => deps.payouts.get(id));
      const isStuck = known.status === "created" && known.nextCheckAt <= deps.platform.clock.now();
      return answer(isStuck ? await brought(known, false) : known, true);
    }

    async function brought(known: OpenPayout, isFirst: boolean): Promise<Payout> {
      if (opened?.channel.payout === undefined) return known;
      const { idempotencyWindowMs } = opened.channel.capabilities;
      const mayRepeat = mayBeSubmitted(known, idempotencyWindowMs, deps.platform.clock.now());
      return mayRepeat ? submitPayout(deps, known, opened, log, { isFirst }) : known;
    }
  };
