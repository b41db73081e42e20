/**
 * Takes a provider's callback: verified on its exact bytes, stored once, acknowledged. What follows from it is the
 * payments consumer's to do, so the provider has its answer after one write.
 */
import type { CallbackEvent, CallbackRejection } from "../../shared/channels/callback.ts";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import {
  type CallbackRecord,
  type FollowedKind,
  followedKinds,
  toCallbackItem,
} from "../../shared/payments/callback-record.ts";
import type { Channels } from "../../shared/payments/open-channels.ts";
import { present } from "../../shared/payments/present.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import { isId } from "../../shared/platform/ids.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import { NOT_EXISTS, type Table } from "../../shared/table/table.ts";
import type { callbacksRoutes } from "./contract.ts";

export type CallbackDeps = {
  readonly table: Table;
  readonly platform: Platform;
  /** A disabled channel still tells how payments begun before ended. It throws when keys cannot be read: 5xx, and the
   * provider comes again. */
  readonly channels: Channels;
};

const isFollowed = (kind: CallbackEvent["kind"]): kind is FollowedKind =>
  followedKinds.some((followed) => followed === kind);

/** Anybody with the provider's dashboard can write any text where our own ids should be. */
function recordOf(
  channel: string,
  { eventId, type, occurredAtMs, ref }: CallbackEvent,
  kind: FollowedKind,
  receivedAt: EpochMs,
): CallbackRecord {
  const { paymentId, refundId, payoutId } = ref;
  return present({
    channel,
    channelEventId: eventId,
    type,
    kind,
    paymentId: paymentId !== undefined && isId("payment", paymentId) ? paymentId : undefined,
    channelPaymentId: ref.channelPaymentId,
    transactionId: ref.transactionId,
    refundId: refundId !== undefined && isId("refund", refundId) ? refundId : undefined,
    channelRefundId: ref.channelRefundId,
    payoutId: payoutId !== undefined && isId("payout", payoutId) ? payoutId : undefined,
    channelPayoutId: ref.channelPayoutId,
    channelDisputeId: ref.channelDisputeId,
    occurredAt: occurredAtMs,
    receivedAt,
  });
}

/** A rejection that the provider makes on purpose is no reason for an alarm. */
const isAlarming = (reason: CallbackRejection): boolean => reason !== "probe";

/**
 * Nothing unverified is stored. Event types that nothing follows from are acknowledged and not stored: kept, they
 * would cost writes for ever and tell nobody anything; the provider keeps its own list of them. A rejection is
 * answered in the provider's own form, and never as an acknowledgement.
 * Costs 1 to 2 write units and no read. A failing write is answered with 5xx, so the provider sends it again.
 */
export const receiveCallback =
  ({ table, platform, channels }: CallbackDeps): RouteHandler<typeof callbacksRoutes.receiveCallback> =>
  async ({ params, request }) => {
    const opened = await channels.open(params.channel);
    if (opened === undefined) return problem("not-found");
    const { channel, transport } = opened;
    const log = platform.log.with({ channel: channel.name, correlationId: request.correlationId });

    const { headers, rawBody } = request;
    const verdict = await transport.run(channel.verifyCallback({ headers, rawBody }));
    if (!verdict.ok) {
      if (isAlarming(verdict.reason)) platform.metrics.count("CallbacksRejected");
      log.warn("callback-rejected", { reason: verdict.reason });
      return channel.callbackAnswer("rejected");
    }
    const { event } = verdict;
    const { kind } = event;
    const subject = { channelEventId: event.eventId, type: event.type };
    if (!isFollowed(kind)) {
      log.info("callback-ignored", subject);
      return channel.callbackAnswer("ignored");
    }
    const record = recordOf(channel.name, event, kind, platform.clock.now());
    const item = toCallbackItem(record, rawBody, request.correlationId);
    const isNew = await table.put({ put: item, condition: NOT_EXISTS });
    if (isNew) platform.metrics.count("CallbacksStored");
    log.info(isNew ? "callback-stored" : "callback-repeated", subject);
    return channel.callbackAnswer(isNew ? "stored" : "duplicate");
  };
