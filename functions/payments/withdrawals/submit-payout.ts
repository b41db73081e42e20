/**
 * Asks a channel to pay a withdrawal out, and how it stands. It may be asked for any number of times: what is asked
 * depends on the withdrawal's record alone, and the same id is the same payout at the channel.
 */
import type { ChannelFailure, ChannelOutcome, PayoutFact } from "../../../shared/channels/facts.ts";
import { callLineOf } from "../../../shared/payments/call-line.ts";
import type { CallbackRef } from "../../../shared/payments/fact.ts";
import type { OpenedChannel } from "../../../shared/payments/open-channels.ts";
import { toPayoutCallItem } from "../../../shared/payouts/codec.ts";
import { observedPayout, type PayoutFactLine } from "../../../shared/payouts/fact.ts";
import { type OpenPayout, type Payout, payoutInputOf, payoutRefOf } from "../../../shared/payouts/payout.ts";
import type { Log } from "../../../shared/platform/log.ts";
import type { PaymentDeps } from "../deps.ts";
import { isOfMode } from "../observe.ts";
import { recordPayoutFact } from "./record-payout.ts";

/** A call that brought no fact leaves a line in the withdrawal's history: one write unit. */
async function noteCall(
  { table, platform }: Pick<PaymentDeps, "table" | "platform">,
  withdrawalId: string,
  operation: string,
  failure: ChannelFailure,
  log: Log,
): Promise<void> {
  const code = failure.outcome === "declined" ? failure.code : undefined;
  log.warn("channel-brought-no-fact", {
    withdrawalId,
    operation,
    outcome: failure.outcome,
    code,
    detail: failure.detail,
  });
  await table.put({
    put: toPayoutCallItem(withdrawalId, callLineOf(operation, failure, platform.clock.now())),
  });
}

/** `no-answer`: ask again later. `refused`: it will not change by asking. `not-found`: the channel has no such payout. */
export type AskedPayout = PayoutFactLine | "no-answer" | "refused" | "not-found";

async function answerOf(
  deps: PaymentDeps,
  opened: OpenedChannel,
  payout: Payout,
  operation: "query" | "cancel",
  ask: () => Promise<ChannelOutcome<PayoutFact>>,
  log: Log,
  callback?: CallbackRef,
): Promise<AskedPayout> {
  const askedAt = deps.platform.clock.now();
  const outcome = await ask();
  if (outcome.outcome === "ok") {
    if (!isOfMode(outcome.value, opened, log)) return "refused";
    return observedPayout(outcome.value, operation, askedAt, callback);
  }
  await noteCall(deps, payout.id, `${operation}-payout`, outcome, log);
  if (outcome.outcome !== "declined") return "no-answer";
  return outcome.reason === "not-found" ? "not-found" : "refused";
}

export type QueryOptions = {
  readonly callback?: CallbackRef;
  /** As a callback told it; used where our record has none yet. */
  readonly channelPayoutId?: string | undefined;
};

/** The channel's present answer about a withdrawal. */
export async function queryPayout(
  deps: PaymentDeps,
  payout: Payout,
  opened: OpenedChannel,
  log: Log,
  { callback, channelPayoutId }: QueryOptions = {},
): Promise<AskedPayout> {
  const { channel, transport } = opened;
  if (channel.queryPayout === undefined) return "refused";
  const query = channel.queryPayout(payoutRefOf(payout, payout.channelPayoutId ?? channelPayoutId));
  return answerOf(deps, opened, payout, "query", () => transport.run(query), log, callback);
}

/** Asks the channel to end a withdrawal that waits for its recipient. */
export async function cancelPayout(
  deps: PaymentDeps,
  payout: Payout,
  opened: OpenedChannel,
  log: Log,
): Promise<AskedPayout> {
  const { channel, transport } = opened;
  if (channel.cancelPayout === undefined) return "refused";
  const cancel = channel.cancelPayout(payoutRefOf(payout));
  return answerOf(deps, opened, payout, "cancel", () => transport.run(cancel), log);
}

/**
 * A refusal is the last word only where nothing was asked before: an earlier request, whose answer nobody has, may
 * have been done. Then the channel has to say too that it knows of no such payout.
 */
async function declinedAgain(
  deps: PaymentDeps,
  payout: OpenPayout,
  opened: OpenedChannel,
  declined: PayoutFactLine,
  log: Log,
): Promise<Payout> {
  const found = await queryPayout(deps, payout, opened, log);
  if (found === "not-found") return recordPayoutFact(deps, payout, declined, { log });
  return typeof found === "string" ? payout : recordPayoutFact(deps, payout, found, { log });
}

export type SubmitOptions = {
  /** Whether nothing was asked for under this id before. */
  readonly isFirst: boolean;
};

/**
 * @returns the withdrawal afterwards: with the channel's id and what its owner needs, failed when the channel declined,
 * or as it was when nobody knows what happened; then the sweep finds out.
 * @throws Error when the channel makes no payouts.
 */
export async function submitPayout(
  deps: PaymentDeps,
  payout: OpenPayout,
  opened: OpenedChannel,
  log: Log,
  { isFirst }: SubmitOptions,
): Promise<Payout> {
  const { channel, transport } = opened;
  if (channel.payout === undefined) throw new Error(`${channel.name} makes no payouts`);
  const outcome = await transport.run(channel.payout(payoutInputOf(payout)));
  const observedAt = deps.platform.clock.now();
  switch (outcome.outcome) {
    case "ok": {
      const { fact, action } = outcome.value;
      if (!isOfMode(fact, opened, log)) return payout;
      // A repeated request may be answered with its first answer, so this is as old as the channel says.
      const line = observedPayout(fact, "create", Math.min(observedAt, fact.occurredAtMs));
      return recordPayoutFact(deps, payout, line, { action, log });
    }
    case "declined": {
      const { reason, code } = outcome;
      log.info("withdrawal-declined", { withdrawalId: payout.id, reason, code, isFirst });
      const failure = { code: reason, message: "The channel declined the withdrawal." };
      const declined: PayoutFactLine = { type: "declined", failure, observedAt };
      return isFirst
        ? recordPayoutFact(deps, payout, declined, { log })
        : declinedAgain(deps, payout, opened, declined, log);
    }
    case "notSent":
    case "unknown":
      await noteCall(deps, payout.id, "payout", outcome, log);
      return payout;
  }
}
