/**
 * Tells everyone concerned about an event: plans the messages, puts each into its inbox once, and hands push and
 * e-mail to their queues. An event that comes again finds its inbox items there and sends the same deliveries again,
 * in case the first time ended between the two; those that were made already are on record and are not made again.
 */
import type { EventHandlers } from "../../shared/events/consume.ts";
import type { EventsFor } from "../../shared/events/subscriptions.ts";
import type { Log } from "../../shared/platform/log.ts";
import type { Platform } from "../../shared/platform/platform.ts";
import type { OutgoingMessage, Queues } from "../../shared/platform/queues.ts";
import type { Inboxes } from "./inbox.ts";
import { type LoadFactsDeps, loadFacts } from "./load-facts.ts";
import type { NotifiedEvent } from "./notices.ts";
import { type PlannedMessage, plan } from "./plan.ts";

export type NotifyDeps = LoadFactsDeps & {
  readonly inboxes: Pick<Inboxes, "headsOf" | "put">;
  readonly queues: Queues;
  readonly queueUrls: { readonly push: string; readonly email: string };
  readonly platform: Pick<Platform, "clock" | "metrics">;
};

export const notify =
  (deps: NotifyDeps) =>
  async (event: NotifiedEvent, log: Log): Promise<void> => {
    const messages = plan(event, await loadFacts(deps, event));
    if (messages.length === 0) return;
    await Promise.all(messages.map(({ notification }) => deps.inboxes.put(notification)));
    const outgoing = messages.flatMap((message) => outgoingOf(message, deps.queueUrls));
    await deps.queues.send(outgoing);
    deps.platform.metrics.count("NotificationsPlanned", messages.length);
    log.info("notifications-planned", { messages: messages.length, deliveries: outgoing.length });
  };

const outgoingOf = (
  { push, email }: PlannedMessage,
  queueUrls: NotifyDeps["queueUrls"],
): readonly OutgoingMessage[] => [
  ...push.map((message) => ({ queueUrl: queueUrls.push, body: JSON.stringify(message) })),
  ...(email === undefined ? [] : [{ queueUrl: queueUrls.email, body: JSON.stringify(email) }]),
];

/** Every event of this subscriber is handled alike: what differs between them is in the notices and templates. */
export const notificationsEvents = (deps: NotifyDeps): EventHandlers<EventsFor<"notifications">> => {
  const handle = notify(deps);
  return {
    "transfer.completed": handle,
    "payment.succeeded": handle,
    "payment.failed": handle,
    "payment.refunded": handle,
    "payment.disputed": handle,
    "withdrawal.succeeded": handle,
    "withdrawal.failed": handle,
    "withdrawal.returned": handle,
    "withdrawal.action-required": handle,
    "request.created": handle,
    "request.reminded": handle,
    "request.declined": handle,
    "friend.requested": handle,
    "friend.accepted": handle,
    "post.commented": handle,
    "post.liked": handle,
    "referral.rewarded": handle,
    "account.frozen": handle,
    "account.unfrozen": handle,
    "pin.reset-requested": handle,
    "pin.reset-cancelled": handle,
    "pin.reset-completed": handle,
  };
};
