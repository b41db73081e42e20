/**
 * Takes a provider's callback: verified on its exact bytes, stored once, acknowledged. What follows from it is the
 * payments consumer's to do, so the provider has its answer after one write.
 */
import type { CallbackEvent } from "../../shared/channels/channel.ts";
import { channelProfiles, isChannelName } from "../../shared/channels/registry.ts";
import { problem } from "../../shared/http/problems.ts";
import type { RouteHandler } from "../../shared/http/serve.ts";
import {
  type CallbackRecord,
  type FollowedKind,
  followedKinds,
  toCallbackItem,
} from "../../shared/payments/callback-record.ts";
import type { ChannelSettings } from "../../shared/payments/channel-settings.ts";
import type { EpochMs } from "../../shared/platform/clock.ts";
import { isId } from "../../shared/platform/ids.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import { NOT_EXISTS, type Table } from "../../shared/table/table.ts";
import type { callbacksRoutes } from "./contract.ts";

export type CallbackDeps = {
  readonly table: Table;
  readonly platform: Platform;
  /** By channel. A disabled one still tells how payments begun before ended. */
  readonly settings: Readonly<Partial<Record<string, ChannelSettings>>>;
  /** Every secret that signs callbacks now. @throws when they cannot be read: the provider comes again. */
  readonly webhookSecrets: () => Promise<readonly string[]>;
};

const isFollowed = (kind: CallbackEvent["kind"]): kind is FollowedKind =>
  followedKinds.some((followed) => followed === kind);

function recordOf(
  channel: string,
  event: CallbackEvent,
  kind: FollowedKind,
  receivedAt: EpochMs,
): CallbackRecord {
  const { paymentId, channelPaymentId } = event.ref;
  return {
    channel,
    channelEventId: event.eventId,
    type: event.type,
    kind,
    // Anybody with the provider's dashboard can write any text there.
    ...(paymentId !== undefined && isId("payment", paymentId) ? { paymentId } : {}),
    ...(channelPaymentId === undefined ? {} : { channelPaymentId }),
    occurredAt: event.occurredAtMs,
    receivedAt,
  };
}

/**
 * Nothing unverified is stored. Event types that nothing follows from are acknowledged and not stored: kept, they
 * would cost writes for ever and tell nobody anything; the provider keeps its own list of them.
 * Costs 1 to 2 write units and no read. A failing write is answered with 5xx, so the provider sends it again.
 */
export const receiveCallback =
  ({
    table,
    platform,
    settings,
    webhookSecrets,
  }: CallbackDeps): RouteHandler<typeof callbacksRoutes.receiveCallback> =>
  async ({ params, request }) => {
    const { channel } = params;
    const channelSettings = settings[channel];
    if (!isChannelName(channel) || channelSettings === undefined) return problem("not-found");
    const { callbacks } = channelProfiles[channel];
    const log = platform.log.with({ channel, correlationId: request.correlationId });

    const now = platform.clock.now();
    const verdict = callbacks.verifyCallback(
      { headers: request.headers, rawBody: request.rawBody },
      { nowMs: now, secrets: await webhookSecrets(), expectedLivemode: channelSettings.livemode },
    );
    if (!verdict.ok) {
      platform.metrics.count("CallbacksRejected");
      log.warn("callback-rejected", { reason: verdict.reason });
      return problem("callback-rejected");
    }
    const { event } = verdict;
    const { kind } = event;
    const subject = { channelEventId: event.eventId, type: event.type };
    if (!isFollowed(kind)) {
      log.info("callback-ignored", subject);
      return callbacks.callbackAnswer("stored");
    }
    const item = toCallbackItem(recordOf(channel, event, kind, now), request.rawBody, request.correlationId);
    const isNew = await table.put({ put: item, condition: NOT_EXISTS });
    if (isNew) platform.metrics.count("CallbacksStored");
    log.info(isNew ? "callback-stored" : "callback-repeated", subject);
    return callbacks.callbackAnswer(isNew ? "stored" : "duplicate");
  };
